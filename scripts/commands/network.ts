import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import type { Recorder } from "../audit/run-scenarios.ts"
import { count } from "../audit/verdict.ts"
import { calibrate } from "../harness/calibrate.ts"
import { createAuthority } from "../isolation/authority.ts"
import { setScale } from "../isolation/limits.ts"
import { namespacePrefix } from "../isolation/namespace.ts"
import { openTurns } from "../isolation/turns.ts"
import { Failure, runCommand } from "../lib/errors.ts"
import { Progress } from "../lib/log.ts"
import { addResults, type Network, readNetwork, writeNetwork } from "../network/data.ts"
import { findFindings } from "../network/findings.ts"
import { measureRelease } from "../network/measure.ts"
import { type NetworkOptions, readNetworkOptions } from "../network/options.ts"
import { makePlan, type PlannedRun, shardOf } from "../network/plan.ts"
import { findReleases, listReleases, type Release } from "../network/releases.ts"
import { findGaps, mergeParts, readPart, writePart } from "../network/shards.ts"
import { takePicture } from "../network/site/picture.ts"
import { writeSite } from "../network/site/write.ts"
import { acquireStock } from "../pins/acquire-stock.ts"

await runCommand(async () => {
  const options = readNetworkOptions(process.argv.slice(2))
  const findings: string[] = []
  if (options.merge) findings.push(...(await merge(options.merge, options.data)))
  else if (options.specs.length > 0 || options.all) findings.push(...(await measure(options)))
  if (!options.shard) await makeSite(options)
  for (const line of findings) console.log(`✖ ${line}`)
  return findings.length === 0
})

async function makeSite({ out, data, picture }: NetworkOptions): Promise<void> {
  const { releases, pages } = await writeSite(out, data)
  if (picture) await takePicture(out, picture)
  console.log(
    `${relative(process.cwd(), out)}/index.html: ${count(releases, "release")}, ${count(pages, "page")}`,
  )
}

/** Makes the runs, release by release, and keeps what was found after each. Gives a line for what is not as it should be. */
async function measure(options: NetworkOptions): Promise<string[]> {
  const specs = options.all ? [...options.specs, ...(await listReleases(options.cache))] : options.specs
  const releases = await findReleases(specs, options.scenarios)
  // Ahead of what takes long, as it is what most often fails.
  await namespacePrefix()
  const plan = makePlan(releases, options.modes)
  const runs = options.shard ? shardOf(plan, options.shard) : plan
  const found = new Map<string, Network>()
  const keep = (name: string) =>
    options.shard
      ? writePart(options.out, { shard: options.shard, plan, found })
      : keepData(name, found.get(name)!, options.data)
  // A shard without a run is no lost one.
  if (options.shard) await writePart(options.out, { shard: options.shard, plan, found })
  const lines = await withRecorder(options, (recorder) =>
    measureAll(releases, runs, { options, recorder, found, keep }),
  )
  return [...lines, ...findGaps(runs, found), ...(await findFindings(found))]
}

async function measureAll(
  releases: Release[],
  runs: PlannedRun[],
  {
    options,
    recorder,
    found,
    keep,
  }: {
    options: NetworkOptions
    recorder: Recorder
    found: Map<string, Network>
    keep(name: string): Promise<void>
  },
): Promise<string[]> {
  const wanted = releases.filter(({ name }) => runs.some(({ release }) => release === name))
  const progress = new Progress(wanted.length)
  const lines: string[] = []
  for (const release of wanted) {
    const own = runs.filter((one) => one.release === release.name)
    await progress.step(release.name, async (step) => {
      let done = 0
      const onDone = ({ scenario, as }: PlannedRun) =>
        step.update(`${++done} of ${own.length}: ${scenario} as ${as}`)
      try {
        found.set(release.name, await measureRelease(release, own, { ...options, recorder, onDone }))
        await keep(release.name)
        step.result(`${own.length} runs`)
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        // The others can still be measured.
        step.result("NOT MEASURED")
        lines.push(`${release.name}: ${error.report.what}: ${error.report.why}`)
      }
    })
  }
  return lines
}

/** Gives a place for recordings, which are not kept, and measures how fast this machine is. */
async function withRecorder<T>(
  options: NetworkOptions,
  body: (recorder: Recorder) => Promise<T>,
): Promise<T> {
  openTurns(options.jobs)
  if (options.slow !== undefined) setScale(options.slow)
  await calibrate(() => acquireStock(options))
  const folder = await mkdtemp(join(tmpdir(), "network-"))
  await mkdir(join(folder, "pcap"))
  try {
    return await body({ folder, authority: await createAuthority() })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Takes what shards found. Gives a line for what is not as it should be. */
async function merge(folders: string[], folder: string): Promise<string[]> {
  const parts = await Promise.all(folders.map((folder) => readPart(folder)))
  const empty = folders.filter((_, index) => parts[index] === undefined)
  const { plan, found, lost } = mergeParts(parts.filter((part) => part !== undefined))
  for (const [name, data] of found) await keepData(name, data, folder)
  return [
    ...empty.map((folder) => `${relative(process.cwd(), folder)} has nothing of a shard`),
    ...lost,
    ...findGaps(plan, found),
    ...(await findFindings(found)),
  ]
}

async function keepData(name: string, data: Network, folder: string): Promise<void> {
  await writeNetwork(name, addResults(await readNetwork(name, folder), data), folder)
}
