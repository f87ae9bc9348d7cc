import { readFile } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import { z } from "zod"
import { hostOf, type Report, reportSchema } from "../audit/report.ts"
import { Failure } from "../lib/errors.ts"

type Executable = Report["executables"][number]

/** What is read of the build.json beside the audited executable. */
const Build = z.object({
  executable: z.object({ sha256: z.string() }),
  patches: z.array(z.object({ name: z.string() })),
})

/**
 * What the audit saw of upstream's executable and of one with the patch, as Markdown: a table of the scenarios in which
 * one of them tried something.
 * @throws Failure when there is no report of all scenarios, it is of another form, it found something, it lacks one of
 * the two, or the last build is another than the audited one or has not the patch
 */
export async function readFigures(file: string, patch: string): Promise<string> {
  const report = await readReport(file)
  const [stock, offline] = (["stock", "offline"] as const).map((variant) =>
    report.executables.find((executable) => executable.variant === variant),
  )
  if (!stock || !offline) throw unusable(file, "it does not compare upstream's executable with a patched one")
  await requireBuildWith(patch, offline, file)
  if (!report.allScenarios) throw unusable(file, "not all scenarios were run")
  if (report.findings.length > 0) throw unusable(file, `it found something: ${report.findings[0]!.line}`)
  const partial = report.results.find(({ incomplete }) => incomplete !== undefined)
  if (partial) throw unusable(file, `${partial.scenario} was not recorded to its end: ${partial.incomplete}`)
  return table(report, stock.id, offline.id)
}

function table(report: Report, stock: string, offline: string): string {
  const rows = report.scenarios.map(({ name, title }) => [
    title,
    tell(report, stock, name),
    tell(report, offline, name),
  ])
  const shown = rows.filter(([, ...cells]) => cells.some((cell) => cell !== NOTHING))
  const lines = [
    "| scenario | stock: tried to reach | patched: tried to reach |",
    "|---|---|---|",
    ...shown.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`),
  ]
  const others = rows.length - shown.length
  return others > 0 ? `${lines.join("\n")}\n\nIn ${others} more, neither tried anything.` : lines.join("\n")
}

const NOTHING = "nothing"

/** The hosts of one executable in one scenario, over all network modes, each with the number of attempts. */
function tell({ results }: Report, executable: string, scenario: string): string {
  const own = results.filter((result) => result.executable === executable && result.scenario === scenario)
  const attempts = own.flatMap(({ runs }) => runs.flatMap((run) => run.attempts))
  const hosts = [...Map.groupBy(attempts, hostOf)].map(([host, group]) => `${host} (${group.length})`)
  return hosts.join(", ") || NOTHING
}

async function readReport(file: string): Promise<Report> {
  const parsed = reportSchema.safeParse(await readJson(file, file))
  if (parsed.success) return parsed.data
  throw unusable(file, z.prettifyError(parsed.error))
}

/** Figures of another executable than the one that was built last would be quoted as if they were the patch's. */
async function requireBuildWith(patch: string, audited: Executable, report: string): Promise<void> {
  const record = join(dirname(resolve(audited.file)), "build.json")
  const build = Build.safeParse(await readJson(record, report))
  if (!build.success) throw unusable(report, `${record} is not a record of a build`)
  if (build.data.executable.sha256 !== audited.sha256)
    throw unusable(report, `it is of another build than the one that ${record} describes`)
  if (!build.data.patches.some(({ name }) => name === patch))
    throw unusable(report, `the executable that it is of was built without ${patch}`)
}

async function readJson(file: string, report: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"))
  } catch (error) {
    throw unusable(report, (error as Error).message)
  }
}

function unusable(file: string, why: string): Failure {
  return new Failure({
    what: `There are no figures to quote in ${file}`,
    why,
    next: "npm run build && npm run audit",
  })
}
