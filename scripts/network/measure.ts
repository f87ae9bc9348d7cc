import { dirname, join } from "node:path"
import { labelOf } from "../audit/known-hosts.ts"
import type { NamedScenario } from "../audit/load-scenarios.ts"
import { hostOf, type ReportedAttempt, type ReportedResult } from "../audit/report.ts"
import { type Recorder, runScenario } from "../audit/run-scenarios.ts"
import { isStale, plainRelease } from "../build/fresh-release.ts"
import { releaseFolder } from "../build/release-folder.ts"
import { Failure } from "../lib/errors.ts"
import { run } from "../lib/process.ts"
import { PRODUCT } from "../pins/pin.ts"
import { readBuildRecord } from "../record/build-record.ts"
import { hostTarget } from "../upstream/target.ts"
import { addResults, type Network, type RunResult } from "./data.ts"
import type { PlannedRun } from "./plan.ts"
import { acquireRelease, type Release, scenariosFor } from "./releases.ts"
import { switchesOf } from "./runs.ts"

const ROOT = join(import.meta.dirname, "../..")

export interface MeasureOptions {
  cache: string
  /** The folder of what was measured before. */
  data: string
  recorder: Recorder
  onDone(run: PlannedRun): void
}

/** One of the two executables, or why it could not be had. */
type Executable = { file: string; leftOut: string[] } | { why: string }

/**
 * Makes the runs of one release; as many at once as there are turns. A run that was cut off, and all of ours when it cannot
 * be built, are not measured.
 * @throws Failure when upstream's executable cannot be had: then nothing of the release is measured
 */
export async function measureRelease(
  release: Release,
  runs: PlannedRun[],
  { cache, data: measured, recorder, onDone }: MeasureOptions,
): Promise<Network> {
  const stock = await acquireRelease(release, { cache, folder: recorder.folder, data: measured })
  const ours = runs.some(({ as }) => as === "offline") ? await tryToBuild(release) : undefined
  const scenarios = await scenariosFor(release)
  let data: Network = { package: stock.package, results: {} }
  await Promise.all(
    runs.map(async (planned) => {
      const executable = planned.as === "offline" ? ours! : { file: stock.file, leftOut: [] }
      const scenario = scenarios.find(({ name }) => name === planned.scenario)!
      const result = await measureRun(planned, { executable, scenario, recorder })
      data = addResults(data, withResult(stock.package, planned, result))
      onDone(planned)
    }),
  )
  return data
}

/** Data of one run alone. */
export function withResult(
  named: Network["package"],
  { mode, scenario, as }: Omit<PlannedRun, "release">,
  result: RunResult,
): Network {
  return { package: named, results: { [mode]: { [scenario]: { [as]: result } } } }
}

/** For a run of which nothing is known. */
export function notMeasured(why: string): RunResult {
  return { on: today(), notMeasured: why }
}

const today = () => new Date().toISOString().slice(0, 10)

async function measureRun(
  { release, mode, as }: PlannedRun,
  { executable, scenario, recorder }: { executable: Executable; scenario: NamedScenario; recorder: Recorder },
): Promise<RunResult> {
  if ("why" in executable) return notMeasured(executable.why)
  const variant: "offline" | "stock" = as === "offline" ? "offline" : "stock"
  // Its name tells the recordings apart.
  const subject = { id: `${release}-${as}`, variant, ...executable }
  const reported = await runScenario({ subject, scenario, mode, env: switchesOf(as) }, recorder)
  return toResult(reported, scenario.needs?.some((patch) => executable.leftOut.includes(patch)) ?? false)
}

/** What is kept of a result: no words of upstream's, and no name of a registry. */
export function toResult(reported: ReportedResult, isNotAsked: boolean): RunResult {
  if (reported.notMeasured !== undefined) return notMeasured("a time limit cut it off, twice")
  if (reported.incomplete !== undefined) return notMeasured("it was not recorded to its end")
  const attempts = reported.runs.flatMap((one) => one.attempts)
  const hosts = [...Map.groupBy(attempts, (attempt) => labelOf(hostOf(attempt)))].sort(([a], [b]) =>
    a < b ? -1 : 1,
  )
  return {
    on: today(),
    job: reported.worked ? "done" : isNotAsked ? "not asked" : "not done",
    hosts: Object.fromEntries(hosts.map(([host, group]) => [host, describeAttempts(group)])),
  }
}

function describeAttempts(attempts: ReportedAttempt[]) {
  const ways = attempts.map(({ protocol, port }) => (port === undefined ? protocol : `${protocol}/${port}`))
  return {
    times: attempts.length,
    first: Math.round(Math.min(...attempts.map(({ at }) => at)) / 100) / 10,
    ways: [...new Set(ways)].sort(),
  }
}

/** No more is kept: an error may name a path of this machine. */
const NOT_BUILT = "ours could not be built"

/** What upstream's tries can still be measured when there is none of ours. */
function tryToBuild(release: Release): Promise<Executable> {
  return buildOurs(release).catch((error) => {
    if (error instanceof Failure) return { why: NOT_BUILT }
    throw error
  })
}

/** Builds what is missing or stale. Of another product there are no patches: the core alone. */
async function buildOurs({ name, product }: Release): Promise<Executable> {
  const coreOnly = product !== PRODUCT
  const plain = await plainRelease(name)
  const folder = releaseFolder({ pin: name, target: hostTarget().name, source: "release", coreOnly })
  const file = join(folder, hostTarget().file)
  if (await isStale({ executable: file })) {
    const words = ["build.ts", "--pin", name, "--target", plain.target, ...(coreOnly ? ["--core-only"] : [])]
    const { exitCode } = await run(process.execPath, words, {
      cwd: ROOT,
      env: process.env,
      stdio: ["ignore", process.stderr, process.stderr],
    })
    if (exitCode !== 0) return { why: NOT_BUILT }
  }
  const record = await readBuildRecord(join(dirname(file), "build.json"))
  return { file, leftOut: record.leftOut.map((patch) => patch.name) }
}
