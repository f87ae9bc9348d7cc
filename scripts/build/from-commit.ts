import { join } from "node:path"
import { POLICY_MARK } from "../../offline/build/policy-mark.ts"
import { type LightGraph, replaceModule } from "../container/index.ts"
import { NAMES } from "../contents/names.ts"
import { Failure } from "../lib/errors.ts"
import type { Progress, Step } from "../lib/log.ts"
import { chooseCore, chooseSeries, describeRefusal, type LeftOut, requireForms } from "../patching/choose.ts"
import { readSeries } from "../patching/read-series.ts"
import type { Pin } from "../pins/pin.ts"
import { readCliTable } from "../upstream/cli-table.ts"
import { commitSeries, type PatchCommit } from "../upstream/git/commit-series.ts"
import { git } from "../upstream/git/git.ts"
import { checkOut } from "../upstream/git/mirror.ts"
import { readForm } from "../upstream/git/read-form.ts"
import type { Inputs } from "./acquire-inputs.ts"
import { describeCompiled } from "./check-compiled.ts"
import type { Code } from "./code.ts"
import { compileTree } from "./compile-tree.ts"
import type { Contents } from "./contents.ts"
import { type Commit, fetchCommit } from "./fetch-commit.ts"
import { installDependencies } from "./install-dependencies.ts"
import type { Stock } from "./read-stock.ts"

/** A checkout of the build's own, with the series on top of upstream's commit. */
export interface PatchedCheckout {
  root: string
  commit: Commit
  patches: PatchCommit[]
  leftOut: LeftOut[]
  /** The tree of upstream's commit, and the last commit and its tree; all are hashes of git's. */
  tree: string
  patched: { commit: string; tree: string }
}

/** What the git source is given. */
export interface CommitSource {
  pin: Pin
  inputs: Inputs
  /** Upstream's executable of the same version, which what is compiled is held against. */
  stock: Stock
  contents: Contents
  gitUrl: string | undefined
  /** Apply what puts the core into upstream's build, and no other patch. */
  coreOnly: boolean
  cache: string
  /** Of the build's own; the checkout is made in it. */
  folder: string
}

/**
 * What upstream's own build script compiles of the pinned commit with the series on top.
 * @throws Failure when the commit or a dependency cannot be had, a patch does not apply, or the script fails
 */
export async function takeFromCommit(source: CommitSource, progress: Progress): Promise<Code> {
  const { pin, inputs, stock, contents, gitUrl, coreOnly, cache, folder } = source
  const commit = await progress.step("Fetch the commit", (step) => fetchCommit(pin, { gitUrl, cache }, step))
  const checkout = await progress.step("Apply the series", (step) =>
    commitPatches(pin, commit, { coreOnly, folder, cache }, step),
  )
  await progress.step("Install the dependencies", (step) =>
    installDependencies(checkout, inputs, { cache }, step),
  )
  const cli = await readCliTable(stock, cache)
  const compiled = await progress.step("Compile", (step) =>
    compileTree(checkout, { pin, inputs, catalogue: contents.models!.bytes, cli }, step),
  )
  const { url, commit: hash } = commit
  const graph = requirePolicy(compiled.graph)
  return {
    graph,
    base: graph,
    runtime: compiled.runtime,
    changed: [],
    modules: [],
    parts: { offline: [NAMES.gitIndex], webUi: [] },
    applied: checkout.patches.map(({ applied }) => applied),
    commits: Object.fromEntries(checkout.patches.map(({ name, commit }) => [name, commit])),
    leftOut: checkout.leftOut,
    git: { url, commit: hash, tree: checkout.tree, patched: checkout.patched },
    describe: (graph) => describeCompiled(graph, compiled, stock),
  }
}

/**
 * Has the module that runs first require the policy that is put beside it.
 * @throws Failure when it does not have the one place that says so
 */
function requirePolicy(graph: LightGraph): LightGraph {
  const module = graph.modules.find(({ name }) => name === NAMES.gitIndex)
  const [before = "", after, ...more] = Buffer.from(module?.contents ?? [])
    .toString("latin1")
    .split(POLICY_MARK.before)
  if (after === undefined || more.length > 0)
    throw new Failure({
      what: "What upstream's build script compiled is not what it should be",
      why: `${NAMES.gitIndex} says ${more.length + (after === undefined ? 0 : 1)} times that a policy is to come`,
      next: "compare offline/build/embed.ts with scripts/build/from-commit.ts",
    })
  return replaceModule(graph, NAMES.gitIndex, Buffer.from(before + POLICY_MARK.after + after, "latin1"))
}

async function commitPatches(
  { version }: Pin,
  commit: Commit,
  { coreOnly, folder, cache }: { coreOnly: boolean; folder: string; cache: string },
  step: Step,
): Promise<PatchedCheckout> {
  const root = join(folder, "opencode")
  await checkOut(commit.mirror, commit.commit, root)
  const series = await readSeries()
  const { chosen, leftOut } = coreOnly
    ? chooseCore(series)
    : chooseSeries(series, { version, form: await readForm(root) })
  if (!coreOnly) requireForms(series, leftOut, `the commit of ${version}`)
  const made = await commitSeries(root, chosen, { cache, onProgress: step.update })
  const { stdout } = await git(root, ["rev-parse", `${commit.commit}^{tree}`, "HEAD", "HEAD^{tree}"])
  const [tree = "", head = "", patchedTree = ""] = stdout.trim().split("\n")
  step.result(`${made.commits.length} commits, tree ${patchedTree.slice(0, 12)}`)
  return {
    root,
    commit,
    patches: made.commits,
    leftOut: [...leftOut, ...made.refused.map(describeRefusal)],
    tree,
    patched: { commit: head, tree: patchedTree },
  }
}
