import { cp, readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Failure } from "../../lib/errors.ts"
import type { AcquireOptions } from "../../lib/npm/fetch-file.ts"
import { type AppliedPatch, type NamedPatch, type Refusal, requireApplied } from "../../patching/apply.ts"
import { writeDependencies } from "../../patching/dependencies.ts"
import type { Unit } from "../../patching/unit.ts"
import { type Committer, commit, committerOf } from "./commit.ts"
import { applyToGitTree, type GitChange, PACKAGE, readGitTree, writeUnits } from "./typescript-tree.ts"

/** The files that are evaluated on their own: the first import of each puts the guard ahead of upstream's code. */
const MAIN = "src/index.ts"

/** Where the TUI's worker stands: in 1.3, and in the newest 1.x. */
const WORKERS = ["src/cli/cmd/tui/worker.ts", "src/cli/tui/worker.ts"]
const FIRST_IMPORT = 'import "@/offline"\n'

/** The title of the commit that brings offline/. */
const FIRST_SUBJECT = "feat(offline): add the offline switch and its guard"

/** What patches are applied to, for messages. */
const TREE = "the git tree"

const OFFLINE_FOLDER = new URL("../../../offline", import.meta.url).pathname

export interface PatchCommit {
  name: string
  commit: string
  applied: AppliedPatch
}

/** What became of a series on a checked-out tree. */
export interface Committed {
  commits: PatchCommit[]
  /** Optional patches that do not apply. */
  refused: Refusal[]
}

/**
 * Applies the series to a checked-out tree: one commit that brings offline/ and its first import, then one commit a
 * patch; what edits a dependency is a patch that Bun applies as it installs. Author and dates are those of the commit
 * that the tree was at, so the same tree and series give the same hashes anywhere. All patches are applied in memory
 * before the first commit is made.
 * @param root a clean checkout that belongs to the build
 * @param from where the dependencies are had that the series edits
 * @throws Failure when one that is required does not apply
 */
export async function commitSeries(
  root: string,
  series: NamedPatch[],
  from: AcquireOptions,
): Promise<Committed> {
  const environment = await committerOf(root)
  const tree = await readGitTree(root, series, from)
  const entries = await readEntries(root)
  const first = tree.units.map((unit) =>
    entries.some(({ file }) => file === unit.file) ? { ...unit, text: FIRST_IMPORT + unit.text } : unit,
  )
  const all = applyToGitTree({ ...tree, units: first }, series)
  const refused = requireApplied(all.refused, TREE)
  const folder = join(root, PACKAGE, "src/offline")
  await copyOffline(folder)
  await writeUnits(root, entries)
  await commit(root, FIRST_SUBJECT, environment)
  return { commits: await commitEach(root, series, all.changes, environment), refused }
}

async function commitEach(
  root: string,
  series: NamedPatch[],
  changes: GitChange[],
  environment: Committer,
): Promise<PatchCommit[]> {
  const commits: PatchCommit[] = []
  for (const { applied, changed } of changes) {
    if (changed.length === 0) continue
    const { dependencies = [], own = [] } = Object.groupBy(changed, ({ published }) =>
      published ? "dependencies" : "own",
    )
    await writeDependencies(root, dependencies)
    await writeUnits(root, own)
    const { why, whyPatch } = series.find(({ name }) => name === applied.name)!
    const message = `${applied.subject}\n\n${why}\n\n${whyPatch}`
    commits.push({ name: applied.name, commit: await commit(root, message, environment), applied })
  }
  return commits
}

/**
 * The entries, each with the guard's import as its first line: the main one, and the TUI's worker.
 * @throws Failure when there is not one of each
 */
export async function readEntries(root: string): Promise<Unit[]> {
  const read = async (file: string) => {
    const text = await readFile(join(root, PACKAGE, file), "utf8").catch(() => undefined)
    return text === undefined ? [] : [{ file, text: FIRST_IMPORT + text }]
  }
  const [main, workers] = await Promise.all([read(MAIN), Promise.all(WORKERS.map(read))])
  const entries = [...main, ...workers.flat()]
  if (main.length === 1 && entries.length === 2) return entries
  throw new Failure({
    what: "An entry of upstream's package is missing, or there is another one",
    why: `${MAIN} and one of ${WORKERS.join(" and ")} must import the guard ahead of everything else, and of these there is ${entries.map(({ file }) => file).join(", ") || "none"}`,
    next: "compare upstream's build script with MAIN and WORKERS in scripts/upstream/git/commit-series.ts",
  })
}

/** offline/ as upstream writes modules: imported without the file's extension. */
async function copyOffline(folder: string): Promise<void> {
  await cp(OFFLINE_FOLDER, folder, { recursive: true })
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith(".ts")) continue
    const path = join(folder, name)
    const text = await readFile(path, "utf8")
    await writeFile(path, text.replace(/((?:from|import) ?\(?"\.{1,2}\/[^"\n]+)\.ts"/g, '$1"'))
  }
}
