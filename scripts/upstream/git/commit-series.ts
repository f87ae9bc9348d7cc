import { cp, readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Failure } from "../../lib/errors.ts"
import type { AcquireOptions } from "../../lib/npm/fetch-file.ts"
import { type AppliedPatch, type NamedPatch, type Refusal, requireApplied } from "../../patching/apply.ts"
import { writeDependencies } from "../../patching/dependencies.ts"
import type { Unit } from "../../patching/unit.ts"
import { git } from "./git.ts"
import { findUses, pruneOffline } from "./prune-offline.ts"
import { applyToGitTree, type GitChange, PACKAGE, readGitTree, writeUnits } from "./typescript-tree.ts"

/** Files that are evaluated on their own: the first import of each puts the guard ahead of upstream's code. */
const ENTRIES = ["src/index.ts", "src/cli/cmd/tui/worker.ts"]
const FIRST_IMPORT = 'import "@/offline"\n'

/** The title of the commit that brings offline/. */
export const FIRST_SUBJECT = "feat(offline): add the offline switch and its guard"

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

/** And from where the dependencies are had that the series edits. */
export interface CommitOptions extends AcquireOptions {
  /** Who made the commits, and when: as `git var GIT_AUTHOR_IDENT` prints it. That of the tree's commit if not given. */
  author?: string
  /** Leave out what the patches do not use of offline/, and all of it when they use none. */
  onlyUsed?: boolean
}

/**
 * Applies the series to a checked-out tree: one commit that brings offline/ and its first import, then one commit a
 * patch; what edits a dependency is a patch that Bun applies as it installs. Author and dates are those of the commit
 * that the tree was at, so the same tree and series give the same hashes anywhere. All patches are applied in memory
 * before the first commit is made.
 * @param root a clean checkout that belongs to the build
 * @throws Failure when one that is required does not apply
 */
export async function commitSeries(
  root: string,
  series: NamedPatch[],
  { author, onlyUsed, ...from }: CommitOptions,
): Promise<Committed> {
  const environment = author ? committer(author) : await identity(root)
  const tree = await readGitTree(root, series, from)
  const plain = onlyUsed ? applyToGitTree(tree, series) : undefined
  const used = plain && findUses(plain.changes)
  if (used && used.members.size + used.modules.length === 0)
    return {
      refused: requireApplied(plain.refused, TREE),
      commits: await commitEach(root, series, plain.changes, environment),
    }
  const entries = await readEntries(root)
  const first = tree.units.map((unit) =>
    ENTRIES.includes(unit.file) ? { ...unit, text: FIRST_IMPORT + unit.text } : unit,
  )
  const all = applyToGitTree({ ...tree, units: first }, series)
  const refused = requireApplied(all.refused, TREE)
  const folder = join(root, PACKAGE, "src/offline")
  await copyOffline(folder)
  if (used) await pruneOffline(folder, used.members, used.modules)
  await writeUnits(root, entries)
  await commit(root, FIRST_SUBJECT, environment)
  return { commits: await commitEach(root, series, all.changes, environment), refused }
}

async function commitEach(
  root: string,
  series: NamedPatch[],
  changes: GitChange[],
  environment: Record<string, string>,
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
 * The entries, each with the guard's import as its first line.
 * @throws Failure when one is not there
 */
export async function readEntries(root: string): Promise<Unit[]> {
  const read = async (file: string) => {
    const text = await readFile(join(root, PACKAGE, file), "utf8")
    return { file, text: FIRST_IMPORT + text }
  }
  return Promise.all(ENTRIES.map(read)).catch((error) => {
    throw new Failure({
      what: `An entry of upstream's package is missing: ${error.message}`,
      why: `${ENTRIES.join(" and ")} must import the guard ahead of everything else`,
      next: "compare upstream's build script with ENTRIES in scripts/upstream/git/commit-series.ts",
    })
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

async function identity(root: string): Promise<Record<string, string>> {
  const shown = await must(root, ["show", "--no-patch", "--format=%an%n%ae%n%at", "HEAD"])
  const [name = "", email = "", seconds = ""] = shown.split("\n")
  return committer(`${name} <${email}> ${seconds} +0000`)
}

function committer(ident: string): Record<string, string> {
  const [, name = "", email = "", date = ""] = /^(.*) <(.*)> (.*)$/.exec(ident.trim()) ?? []
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
    // A person's own configuration (signing, hooks, templates) must not reach the commits' hashes.
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
  }
}

async function commit(root: string, message: string, environment: Record<string, string>): Promise<string> {
  await must(root, ["add", "--all"], environment)
  await must(root, ["commit", "--quiet", "--no-verify", "--no-gpg-sign", "-m", message], environment)
  return (await must(root, ["rev-parse", "HEAD"])).trim()
}

async function must(root: string, args: string[], environment?: Record<string, string>): Promise<string> {
  const { ok, stdout, stderr } = await git(root, args, environment)
  if (ok) return stdout
  throw new Failure({
    what: `git ${args[0]} failed in ${root}`,
    why: stderr || "git says no more",
    next: "make room if the disk is full, and build again",
  })
}
