import { createHash } from "node:crypto"
import { lstat, readFile } from "node:fs/promises"
import { join, resolve, sep } from "node:path"
import type { Report } from "../audit/report.ts"
import { git } from "../upstream/git/git.ts"
import type { Branch } from "./make-branch.ts"
import { unusable } from "./unusable.ts"

type Executable = Report["executables"][number]

/**
 * The two builds whose difference is the branch's own commits, by their ids in the report. Upstream's release is none: it
 * was built otherwise, and mostly of other files.
 * @param report the path of the report's file
 * @throws Failure when the report is of anything else, or a build is not of the files that its checkout has now
 */
export async function findBuilds(
  { executables }: Report,
  { tree, treeBefore }: Pick<Branch, "tree" | "treeBefore">,
  report: string,
): Promise<{ before: string; after: string }> {
  const release = executables.find(({ isPinnedStock }) => isPinnedStock)
  if (release)
    throw unusable(report, `${release.file} is upstream's release, which differs in more than this`)
  const found = new Map<string, string>()
  for (const executable of executables) {
    const built = await readTree(executable, report)
    if (built !== tree && built !== treeBefore)
      throw unusable(report, `${executable.file} was built of other files than the branch's, or its base's`)
    found.set(built, executable.id)
  }
  const [before, after] = [found.get(treeBefore), found.get(tree)]
  if (before !== undefined && after !== undefined && executables.length === 2) return { before, after }
  throw unusable(report, "it does not compare two builds, of the branch and of what it starts from")
}

/** git's hash of the files that an executable was built of. */
async function readTree({ file, sha256 }: Executable, report: string): Promise<string> {
  const path = resolve(file)
  const bytes = await readFile(path).catch((error) => {
    throw unusable(report, `the build is gone: ${error.message}`)
  })
  if (createHash("sha256").update(bytes).digest("hex") !== sha256)
    throw unusable(report, `${file} is not the file that was audited any more`)
  const root = checkoutOf(path)
  if (root === undefined) throw unusable(report, `${file} was not built in a checkout`)
  const ask = async (...words: string[]) => {
    const { ok, stdout, stderr } = await git(root, words)
    if (!ok) throw unusable(report, `${root} is no checkout that git can look at: ${stderr}`)
    return stdout
  }
  const changed = (await ask("status", "--porcelain", "--untracked-files=all"))
    .split("\n")
    .filter((line) => line !== "" && !MADE_BY_THE_BUILD.test(line))
  if (changed.length > 0) throw unusable(report, `files were changed in ${root}: ${changed[0]!.trim()}`)
  const built = (await lstat(path)).mtimeMs
  // Another commit may have been checked out since, or a file changed and changed back.
  for (const name of (await ask("ls-files", "-z")).split("\0").filter(Boolean))
    if ((await lstat(join(root, name))).mtimeMs > built)
      throw unusable(report, `${join(root, name)} is newer than the build: build again, and audit that`)
  return (await ask("rev-parse", "HEAD^{tree}")).trim()
}

/** The model catalogue, which upstream's build script writes; not every release ignores it. */
const MADE_BY_THE_BUILD = /^\?\? .*\/models-snapshot(\.d)?\.[jt]s$/

/** The checkout in which upstream's build script left a file; undefined when it lies elsewhere. */
function checkoutOf(path: string): string | undefined {
  const at = path.lastIndexOf(join(sep, "packages", "opencode", "dist", sep))
  return at < 0 ? undefined : path.slice(0, at)
}
