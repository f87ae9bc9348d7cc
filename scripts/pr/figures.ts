import { readFile } from "node:fs/promises"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"

/** What is read of the audit's report; it holds more. */
const Report = z.object({
  startedAt: z.string(),
  executables: z.array(
    z.object({ id: z.string(), variant: z.enum(["stock", "offline"]), sha256: z.string() }),
  ),
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

/**
 * What the audit saw of upstream's executable and of the patched one, as a Markdown table, a row a scenario.
 * @throws Failure when there is no report, it is of another form, it found something, or it lacks one of the two
 */
export async function readFigures(file: string): Promise<string> {
  const report = await readReport(file)
  const [stock, offline] = (["stock", "offline"] as const).map(
    (variant) => report.executables.find((executable) => executable.variant === variant)?.id,
  )
  if (!stock || !offline) throw unusable(file, "it does not compare upstream's executable with a patched one")
  if (report.findings.length > 0) throw unusable(file, `it found something: ${report.findings[0]!.line}`)
  const partial = report.results.find(({ incomplete }) => incomplete !== undefined)
  if (partial) throw unusable(file, `${partial.scenario} was not recorded to its end: ${partial.incomplete}`)
  const rows = report.scenarios.map(
    ({ name, title }) => `| ${title} | ${tell(report, stock, name)} | ${tell(report, offline, name)} |`,
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
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw unusable(file, error.message)
  })
  const parsed = Report.safeParse(parseJson(text))
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

function unusable(file: string, why: string): Failure {
  return new Failure({
    what: `There are no figures to quote in ${file}`,
    why,
    next: "npm run build && npm run audit",
  })
}
