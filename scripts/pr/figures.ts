import { readFile } from "node:fs/promises"
import { z } from "zod"
import { hostOf, type Report, type ReportedResult, reportSchema } from "../audit/report.ts"
import { findBuilds } from "./audited-builds.ts"
import type { Branch } from "./make-branch.ts"
import { requireSwitchedOff } from "./switched-off.ts"
import { unusable } from "./unusable.ts"

/**
 * What the audit saw of a build of what the branch starts from and of one of the branch, as Markdown: a table of the
 * scenarios in which one of them tried something or did not do its job. Those of an audit of some scenarios will do.
 * @param branch git's hashes of its files, with its own commits and without them
 * @throws Failure when there is no report, it is of anything else than these two builds, a switch was on, or not all that
 * was tried is known
 */
export async function readFigures(
  file: string,
  branch: Pick<Branch, "tree" | "treeBefore">,
): Promise<string> {
  const report = await readReport(file)
  await requireSwitchedOff(report, file)
  const builds = await findBuilds(report, branch, file)
  requireWhole(report, file)
  return table(report, builds)
}

function table(report: Report, { before, after }: { before: string; after: string }): string {
  const rows = report.scenarios.map(({ name, title }) => [
    title,
    tell(resultsOf(report, before, name)),
    tell(resultsOf(report, after, name)),
  ])
  const shown = rows.filter(([, ...cells]) => cells.some((cell) => cell !== NOTHING))
  const others = rows.length - shown.length
  return [
    [
      "| scenario | without this change: tried to reach | with it: tried to reach |",
      "|---|---|---|",
      ...shown.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`),
    ].join("\n"),
    ...(shown.flat().some((cell) => cell.endsWith(NOT_DONE)) ? [MAY_HAVE_ENDED_EARLY] : []),
    ...(others > 0 ? [`In ${others} more, neither tried anything.`] : []),
  ].join("\n\n")
}

const NOTHING = "nothing"
const NOT_DONE = "; did not do its job"
const MAY_HAVE_ENDED_EARLY =
  "Where a build did not do its job, it may have ended before it tried all that it tries otherwise."

/** The hosts, over all network modes, each with the number of attempts. */
function tell(results: ReportedResult[]): string {
  const attempts = results.flatMap(({ runs }) => runs.flatMap((run) => run.attempts))
  const hosts = [...Map.groupBy(attempts, hostOf)].map(([host, group]) => `${host} (${group.length})`)
  const tried = hosts.join(", ") || NOTHING
  return results.every(({ worked }) => worked) ? tried : tried + NOT_DONE
}

/** Where something is not known, nothing was tried as far as a table can tell. */
function requireWhole(report: Report, file: string): void {
  for (const { scenario, incomplete, notMeasured } of report.results) {
    const why = incomplete ?? notMeasured
    if (why !== undefined) throw unusable(file, `${scenario} was not recorded to its end: ${why}`)
  }
  for (const { name } of report.scenarios) {
    const modes = report.executables.map(({ id }) => resultsOf(report, id, name).map(({ mode }) => mode))
    const [one, other] = modes.map((each) => each.toSorted().join())
    if (!one || one !== other) throw unusable(file, `${name} was not run with both builds alike`)
  }
}

function resultsOf({ results }: Report, executable: string, scenario: string): ReportedResult[] {
  return results.filter((result) => result.executable === executable && result.scenario === scenario)
}

async function readReport(file: string): Promise<Report> {
  const text = await readFile(file, "utf8").catch((error) => {
    throw unusable(file, error.message)
  })
  const parsed = reportSchema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw unusable(file, z.prettifyError(parsed.error))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
