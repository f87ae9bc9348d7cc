import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { Failure } from "../lib/errors.ts"
import type { NamedPatch } from "../patching/apply.ts"
import { dependencyOf } from "../patching/patch.ts"
import { commitSeries } from "../upstream/git/commit-series.ts"
import { git } from "../upstream/git/git.ts"
import { checkOut, mirrorCommit } from "../upstream/git/mirror.ts"
import { readGitTree } from "../upstream/git/typescript-tree.ts"
import { findNeeds } from "./find-needs.ts"
import { TEMPLATE } from "./write-body.ts"

export interface Branch {
  /** Titles of the commits, in order. */
  commits: string[]
  /** Upstream's template at the base. */
  template: string
}

/**
 * Makes a checkout of the base, in a new folder, with a branch of the patch's name: what the patch needs, a commit each,
 * and the patch. Beside it a file a commit, as `git am` takes them.
 * @param folder exists, and is empty
 * @throws Failure when the base cannot be had, or the patch cannot go upstream or does not apply to it
 */
export async function makeBranch(
  origin: { url: string; commit: string },
  series: NamedPatch[],
  patch: NamedPatch,
  { cache, folder }: { cache: string; folder: string },
): Promise<Branch> {
  const own = series.filter((one) => !editsDependency(one))
  if (!own.includes(patch)) throw elsewhere(patch)
  const tree = join(folder, "tree")
  // Asked for first, as it is what most often fails.
  const author = await identity()
  await checkOut(await mirrorCommit(origin, cache), origin.commit, tree)
  const needs = findNeeds(await readGitTree(tree, own, { cache }), own, patch)
  const template = await readTemplate(tree)
  await must(tree, ["checkout", "--quiet", "-b", patch.name])
  await commitSeries(tree, [...needs, patch], { author, onlyUsed: true, cache })
  await must(tree, ["format-patch", "--quiet", "--no-signature", "--output-directory", folder, origin.commit])
  const titles = await must(tree, ["log", "--reverse", "--format=%s", `${origin.commit}..HEAD`])
  return { template, commits: titles.trim().split("\n") }
}

/** The person's own name, as git has it: a pull request is theirs. */
async function identity(): Promise<string> {
  const { ok, stdout, stderr } = await git(process.cwd(), ["var", "GIT_AUTHOR_IDENT"])
  if (ok) return stdout
  throw new Failure({
    what: "The branch's commits would have no author",
    why: stderr.split("\n").at(-1) || "git says no more",
    next: 'git config --global user.name "Your Name" && git config --global user.email you@example.com',
  })
}

async function readTemplate(tree: string): Promise<string> {
  return readFile(join(tree, TEMPLATE), "utf8").catch((error) => {
    throw new Failure({
      what: `Upstream's template for pull requests is not there: ${error.message}`,
      why: "body.md is made after it",
      next: "name a base that has it: npm run pr -- PATCH --base dev",
    })
  })
}

/** A person's hooks and ways to write a diff must not reach the files. */
const OWN_CONFIG = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" }

async function must(tree: string, args: string[]): Promise<string> {
  const { ok, stdout, stderr } = await git(tree, args, OWN_CONFIG)
  if (ok) return stdout
  throw new Failure({
    what: `git ${args[0]} failed in ${tree}`,
    why: stderr || "git says no more",
    next: "make room if the disk is full, and run it again",
  })
}

function editsDependency({ edits }: NamedPatch): boolean {
  return edits.some((edit) => dependencyOf(edit) !== undefined)
}

function elsewhere({ name }: NamedPatch): Failure {
  return new Failure({
    what: `The patch ${name} changes nothing of upstream's own in its repository`,
    why: "it edits a dependency, which has a repository of its own",
    next: `open the pull request there; what it changes is in patches/${name}.diff of a release`,
  })
}
