import { arch, release, type } from "node:os"
import { relative } from "node:path"
import { findFindings } from "../audit/find-findings.ts"
import { findSubjects, type Subject } from "../audit/find-subjects.ts"
import { printReportSchema } from "../audit/json-schema.ts"
import { loadScenarios, type NamedScenario } from "../audit/load-scenarios.ts"
import { readOwnVersion } from "../audit/own-version.ts"
import { type AuditOptions, readAuditOptions } from "../audit/read-options.ts"
import type { Report, ReportedResult } from "../audit/report.ts"
import { type Cell, runScenario } from "../audit/run-scenarios.ts"
import { summarize } from "../audit/summarize.ts"
import { findUnreached, type HostsInCode, readHostsOf } from "../audit/unreached.ts"
import { openAudit, writeAudit } from "../audit/write-audit.ts"
import { calibrate } from "../harness/calibrate.ts"
import { createAuthority } from "../isolation/authority.ts"
import { setScale } from "../isolation/limits.ts"
import { namespacePrefix } from "../isolation/namespace.ts"
import { openTurns } from "../isolation/turns.ts"
import { Failure, runCommand } from "../lib/errors.ts"
import { Progress, type Step } from "../lib/log.ts"
import { acquireStock } from "../pins/acquire-stock.ts"
import { type KnownHosts, readKnownHosts } from "../pins/hosts.ts"
import { readPin, readSupported } from "../pins/pin.ts"

await runCommand(async () => {
  const options = readAuditOptions(process.argv.slice(2))
  if (options.schema) {
    process.stdout.write(printReportSchema())
    return true
  }
  const progress = new Progress(3, { silent: options.json })
  const startedAt = new Date()
  const { pin, known, inCode, subjects, loaded, folder, facts } = await progress.step(
    "Find what to run",
    (step) => prepare(options, step),
  )
  const results = await progress.step("Run the scenarios", (step) =>
    runAll(cellsOf(subjects, loaded.scenarios, options), folder, options, step),
  )
  const report = judge({ pin, known, inCode, startedAt, subjects, ...loaded, results, options, facts })
  await progress.step("Write the report", () => writeAudit(report, folder, options))
  console.log(options.json ? JSON.stringify(report, null, 2) : summarize(report, options.out))
  throwIncomplete(report)
  return report.findings.length === 0
})

async function prepare(options: AuditOptions, step: Step) {
  // First, as it is what most often fails.
  await namespacePrefix()
  const pin = options.pin ?? (await readSupported()).default
  const upstream = await readPin(pin)
  const loaded = await loadScenarios(options, upstream)
  const subjects = await findSubjects(options)
  openTurns(options.jobs)
  if (options.slow !== undefined) setScale(options.slow)
  const scale = await calibrate(() => acquireStock(options))
  step.result(`${loaded.scenarios.length} scenarios, time limits times ${scale.toFixed(1)}`)
  return {
    pin,
    known: await readKnownHosts(pin),
    inCode: await hostsInCode(subjects, options),
    loaded,
    subjects,
    folder: await openAudit(options),
    facts: {
      upstream: upstream.version,
      tool: await readOwnVersion(),
      machine: { kernel: `${type()} ${release()}`, arch: arch() },
    },
  }
}

/** Undefined where it would say nothing that a host was not tried: not all scenarios are run, or not with upstream's release. */
async function hostsInCode(subjects: Subject[], options: AuditOptions): Promise<HostsInCode | undefined> {
  const stock = subjects.find(({ isPinnedStock }) => isPinnedStock)
  return stock && options.allScenarios ? readHostsOf(stock.file, options) : undefined
}

function cellsOf(subjects: Subject[], scenarios: NamedScenario[], { modes }: AuditOptions): Cell[] {
  return modes.flatMap((mode) =>
    scenarios.flatMap((scenario) => subjects.map((subject) => ({ subject, scenario, mode }))),
  )
}

/** Starts all; as many run at once as there are turns. */
async function runAll(cells: Cell[], folder: string, { patience }: AuditOptions, step: Step) {
  const recorder = { folder, authority: await createAuthority() }
  let done = 0
  const results = await Promise.all(
    cells.map(async (cell) => {
      const result = await runScenario(cell, recorder, patience)
      step.update(`${++done} of ${cells.length}: ${cell.subject.id}, ${cell.scenario.name}, ${cell.mode}`)
      return result
    }),
  )
  step.result(`${cells.length} done`)
  return results
}

interface Audited {
  /** Its name. */
  pin: string
  known: KnownHosts
  inCode: HostsInCode | undefined
  startedAt: Date
  subjects: Subject[]
  scenarios: NamedScenario[]
  notRun: Report["notRun"]
  results: ReportedResult[]
  options: AuditOptions
  facts: Pick<Report, "upstream" | "tool" | "machine">
}

function judge(audited: Audited): Report {
  const { pin, known, inCode, startedAt, subjects, scenarios, notRun, results, options, facts } = audited
  const unjudged = {
    version: 2 as const,
    pin,
    ...facts,
    startedAt: startedAt.toISOString(),
    ms: Date.now() - startedAt.getTime(),
    executables: subjects.map((subject) => ({ ...subject, file: relative(process.cwd(), subject.file) })),
    scenarios: scenarios.map(
      ({ name, title, group = "commands", what, worksOffline, needs = [], allowed = [] }) => ({
        ...{ name, title, group, what, worksOffline, needs, allowed },
      }),
    ),
    allScenarios: options.allScenarios,
    notRun,
    results,
  }
  const unreached = inCode && findUnreached(unjudged, inCode)
  return { ...unjudged, ...(unreached && { unreached }), findings: findFindings(unjudged, known) }
}

/** A run of which not all is known proves nothing; what was found in others stands. */
function throwIncomplete({ results, findings }: Report): void {
  const first = results.find(({ incomplete }) => incomplete !== undefined)
  if (!first || findings.some(({ kind }) => kind === "tried")) return
  throw new Failure({
    what: `${first.executable} in ${first.scenario} (${first.mode}) was not recorded to the end`,
    why: first.incomplete!,
    next: `npm run audit -- --scenario ${first.scenario} --mode ${first.mode} --jobs 1`,
  })
}
