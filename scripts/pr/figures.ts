import { readFile } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"

/** What is read of the audit's report; it holds more. */
const Report = z.object({
  executables: z.array(
    z.object({
      id: z.string(),
      /** From the folder that the audit was run in. */
      file: z.string(),
      variant: z.enum(["stock", "offline"]),
      sha256: z.string(),
    }),
  ),
  allScenarios: z.boolean(),
  scenarios: z.array(z.object({ name: z.string(), title: z.string() })),
  results: z.array(
    z.object({
      executable: z.string(),
      scenario: z.string(),
      mode: z.string(),
      worked: z.boolean(),
      incomplete: z.string().optional(),
      runs: z.array(
        z.object({
          attempts: z.array(z.object({ name: z.string().optional(), address: z.string().optional() })),
        }),
      ),
    }),
  ),
  findings: z.array(z.object({ line: z.string() })),
})

type Report = z.infer<typeof Report>
type Executable = Report["executables"][number]

/** What is read of the build.json beside the audited executable. */
const Build = z.object({
  executable: z.object({ sha256: z.string() }),
  patches: z.array(z.object({ name: z.string() })),
})

/**
 * What the audit saw of upstream's executable and of one with the patch, as a Markdown table, a row a scenario.
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
  const rows = report.scenarios.map(
    ({ name, title }) => `| ${title} | ${tell(report, stock.id, name)} | ${tell(report, offline.id, name)} |`,
  )
  return ["| scenario | stock: tried to reach | patched: tried to reach |", "|---|---|---|", ...rows].join(
    "\n",
  )
}

/** The hosts of one executable in one scenario, over all network modes, each with the number of attempts. */
function tell({ results }: Report, executable: string, scenario: string): string {
  const runs = results.filter((result) => result.executable === executable && result.scenario === scenario)
  if (runs.length === 0) return "not run"
  const attempts = runs.flatMap(({ runs }) => runs.flatMap(({ attempts }) => attempts))
  const hosts = Map.groupBy(attempts, ({ name, address }) => name ?? address ?? "not IP")
  const tried = [...hosts].map(([host, group]) => `${host} (${group.length})`).join(", ") || "nothing"
  return runs.every(({ worked }) => worked) ? tried : `${tried}; did not work`
}

async function readReport(file: string): Promise<Report> {
  const parsed = Report.safeParse(await readJson(file, file))
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
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw unusable(report, error.message)
  })
  return parseJson(text)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unusable(file: string, why: string): Failure {
  return new Failure({
    what: `There are no figures to quote in ${file}`,
    why,
    next: "npm run build && npm run audit",
  })
}
