import { join } from "node:path"
import type { Step } from "../lib/log.ts"
import { commitSeries, type PatchCommit } from "../patching/git-commits.ts"
import { hasPlaces } from "../patching/patch.ts"
import { readSeries } from "../patching/read-series.ts"
import { git } from "../upstream/git/git.ts"
import { checkOut } from "../upstream/git/mirror.ts"
import type { Commit } from "./fetch-commit.ts"
import type { BuildOptions } from "./options.ts"

/** A checkout of the build's own, with the series on top of upstream's commit. */
export interface PatchedCheckout {
  root: string
  commit: Commit
  patches: PatchCommit[]
  /** The tree of upstream's commit, and the last commit and its tree; all are hashes of git's. */
  tree: string
  patched: { commit: string; tree: string }
}

/**
 * Checks the commit out into a new folder and puts the series on top, a commit a patch.
 * @param folder of the build's own; the checkout is made in it
 * @throws Failure when the disk is full, a dependency cannot be had, or a patch does not apply
 */
export async function commitPatches(
  commit: Commit,
  folder: string,
  { cache }: BuildOptions,
  step: Step,
): Promise<PatchedCheckout> {
  const root = join(folder, "opencode")
  await checkOut(commit.mirror, commit.commit, root)
  const series = (await readSeries()).filter((patch) => hasPlaces(patch, ["git"]))
  const patches = await commitSeries(root, series, { cache, onProgress: step.update })
  const { stdout } = await git(root, ["rev-parse", `${commit.commit}^{tree}`, "HEAD", "HEAD^{tree}"])
  const [tree = "", head = "", patchedTree = ""] = stdout.trim().split("\n")
  step.result(`${patches.length} commits, tree ${patchedTree.slice(0, 12)}`)
  return { root, commit, patches, tree, patched: { commit: head, tree: patchedTree } }
}
