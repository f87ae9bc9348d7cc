import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join, resolve, sep } from "node:path"
import { z } from "zod"
import { hostOf, type Report, reportSchema } from "../audit/report.ts"
import { Failure } from "../lib/errors.ts"
import { git } from "../upstream/git/git.ts"
import type { Branch } from "./make-branch.ts"

type Executable = Report["executables"][number]

/**
 * What the audit saw of upstream's release and of what was built of a branch, as Markdown: a table of the scenarios in
 * which one of them tried something. Those of an audit of some scenarios will do.
 * @param tree git's hash of the files of the branch
 * @throws Failure when there is no report, it lacks one of the two, a scenario was not recorded to its end, or its other
 * executable was not built of these files and nothing else
 */
export async function readFigures(file: string, { tree }: Pick<Branch, "tree">): Promise<string> {
  const report = await readReport(file)
  const stock = report.executables.find(({ isPinnedStock }) => isPinnedStock)
  const [built, ...more] = report.executables.filter((one) => one !== stock)
  if (!stock || !built || more.length > 0)
    throw unusable(file, "it does not compare upstream's release with one build of the branch")
  if (built.variant !== "stock") throw unusable(file, "the build was run with the switch on")
  await requireBuiltOf(tree, built, file)
  const partial = report.results.find(({ incomplete }) => incomplete !== undefined)
  if (partial) throw unusable(file, `${partial.scenario} was not recorded to its end: ${partial.incomplete}`)
  return table(report, stock.id, built.id)
}

function table(report: Report, stock: string, built: string): string {
  const rows = report.scenarios.map(({ name, title }) => [
    title,
    tell(report, stock, name),
    tell(report, built, name),
  ])
  const shown = rows.filter(([, ...cells]) => cells.some((cell) => cell !== NOTHING))
  const lines = [
    "| scenario | stock: tried to reach | this branch: tried to reach |",
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

/** Figures of anything else would be quoted as if they were the branch's. */
async function requireBuiltOf(tree: string, { file, sha256 }: Executable, report: string): Promise<void> {
  const path = resolve(file)
  const bytes = await readFile(path).catch((error) => {
    throw unusable(report, `the build is gone: ${error.message}`)
  })
  if (createHash("sha256").update(bytes).digest("hex") !== sha256)
    throw unusable(report, `${file} is not the file that was audited any more`)
  const root = checkoutOf(path)
  if (root === undefined) throw unusable(report, `${file} was not built in a checkout of the branch`)
  const head = await git(root, ["rev-parse", "HEAD^{tree}"])
  if (head.stdout.trim() !== tree)
    throw unusable(report, `${file} was built of other files than the branch's`)
  const { stdout } = await git(root, ["status", "--porcelain", "--untracked-files=no"])
  if (stdout.trim() !== "") throw unusable(report, `files were changed in ${root} since`)
}

/** The checkout in which upstream's build script left a file; undefined when it lies elsewhere. */
function checkoutOf(path: string): string | undefined {
  const at = path.lastIndexOf(join(sep, "packages", "opencode", "dist", sep))
  return at < 0 ? undefined : path.slice(0, at)
}

function unusable(file: string, why: string): Failure {
  return new Failure({
    what: `There are no figures to quote in ${file}`,
    why,
    next: "--no-figures leaves them out; docs/upstream.md says how the branch is built and audited",
  })
}
