import { readIndex } from "../../offline/web-ui/pack.ts"
import { compareModules, type EmbeddedModule, type ModuleGraph, readModuleGraph } from "../container/index.ts"
import { findTreeSitter } from "../contents/grammars.ts"
import { NAMES } from "../contents/names.ts"
import { Failure } from "../lib/errors.ts"
import type { Step } from "../lib/log.ts"
import type { BuildRecord } from "../record/build-record.ts"
import { digestFiles, readToolVersions } from "../record/inputs.ts"
import { measureParts } from "../record/sizes.ts"
import { BUNDLES } from "../upstream/release-source.ts"
import type { Built } from "./assemble-executable.ts"
import { describeCarriedModules, namePackage } from "./check-executable.ts"
import type { PatchedCheckout } from "./commit-patches.ts"
import type { Compiled } from "./compile-tree.ts"
import { type Carried, carriedModules, namesByPart } from "./embed-contents.ts"
import type { BuildOptions } from "./options.ts"
import type { Stock } from "./read-stock.ts"

/** The name that Bun gives to the file that is embedded. */
const WEB_UI = /^\/\$bunfs\/root\/offline-web-ui-\w+\.pack$/

/** Bits of the flags: neither `.env` nor `bunfig.toml` of the working directory is read. */
const CLOSED = 3

/** All that one build from git was made of. */
export interface GitBuild {
  checkout: PatchedCheckout
  stock: Stock
  carried: Carried
  compiled: Compiled
  built: Built
}

/**
 * Reads the written executable back from disk, and says what is in it.
 * @returns the record that becomes `build.json`; it holds no date and no path
 * @throws Failure when the runtime is not the pinned Bun, or what makes it safe is not inside
 */
export async function checkCompiled(
  build: GitBuild,
  options: BuildOptions,
  step: Step,
): Promise<BuildRecord> {
  const { checkout, stock, carried, compiled, built } = build
  const { pin, target } = stock.inputs
  const graph = readModuleGraph(Bun.mmap(built.staging.executable))
  const webUi = requireInside(graph, build)
  const { added, changed, unchanged } = compareModules(stock.graph, graph)
  step.result(`${graph.modules.length} modules, of which ${unchanged.length} equal the release's`)
  const { url, commit } = checkout.commit
  return {
    format: 1,
    opencode: pin.version,
    target: options.target,
    source: options.source,
    git: { url, commit, tree: checkout.tree, patched: checkout.patched },
    executable: { file: "opencode", bytes: built.bytes, sha256: built.sha256 },
    stock: { ...namePackage(target.opencode), bytes: stock.bytes, sha256: stock.sha256 },
    runtime: { ...namePackage(target.bun), bytes: graph.runtime.length, ...compiled.runtime },
    sizes: measureParts(graph, built.bytes, {
      ...namesByPart(carried),
      offline: [NAMES.gitIndex],
      webUi: [webUi.name],
    }),
    argv: { stock: stock.graph.argv, built: graph.argv },
    modules: { added, changed, unchanged },
    patches: checkout.patches.map(({ commit: hash, applied: { name, subject, kind, counts } }) => {
      return { name, subject, kind, counts, commit: hash }
    }),
    inputs: await digestFiles(pin.version, options),
    tools: await readToolVersions(),
    webUi: { folder: "packages/app", files: countFiles(webUi), bytes: webUi.contents.length },
    ...describeCarriedModules(carried, added),
  }
}

function countFiles({ contents }: EmbeddedModule): number {
  return Object.keys(readIndex(contents).files).length
}

/** @returns the web UI's module */
function requireInside(graph: ModuleGraph, { compiled, carried, stock }: GitBuild): EmbeddedModule {
  const { added, changed, removed } = compareModules(compiled.graph, graph)
  const entry = graph.modules[graph.entry]!
  const webUi = graph.modules.filter(({ name }) => WEB_UI.test(name))
  const [preload, ...rest] = graph.argv.split(" ")
  const difference = { added: added.map(({ name }) => name), changed, removed }
  const intended = { added: carriedModules(carried).map(({ name }) => name), changed: [], removed: [] }
  const checks: [boolean, string][] = [
    [compiled.runtime.equal, "the runtime is not the pinned Bun, byte for byte"],
    [preload === `--preload=${NAMES.gitIndex}`, `the stored arguments are ${graph.argv}`],
    [!rest.some((word) => word.startsWith("--preload")), `the stored arguments are ${graph.argv}`],
    [graph.modules.some(({ name }) => name === NAMES.gitIndex), `there is no module ${NAMES.gitIndex}`],
    [entry.name === BUNDLES.main, `what is run is ${entry.name}, not ${BUNDLES.main}`],
    [
      Buffer.from(entry.contents).includes(JSON.stringify(NAMES.gitIndex)),
      `the entry does not import ${NAMES.gitIndex}`,
    ],
    [(graph.flags & CLOSED) === CLOSED, "it reads .env or bunfig.toml of the working directory"],
    [
      graph.flags === stock.graph.flags,
      `of the files that Bun reads by itself it reads others than the release does: its flags are ${graph.flags}, not ${stock.graph.flags}`,
    ],
    [
      Bun.deepEquals(findTreeSitter(compiled.graph), findTreeSitter(stock.graph)),
      "its tree-sitter is not the release's, which the grammars were tried with",
    ],
    [webUi.length === 1, "there is no web UI inside, or more than one"],
    [Bun.deepEquals(difference, intended), "what is carried inside is not what was given"],
  ]
  const failed = checks.find(([held]) => !held)
  if (!failed) return webUi[0]!
  throw new Failure({
    what: "What upstream's build script compiled is not what it should be",
    why: failed[1],
    next: "compare upstream's script/build.ts with patches/build-embed-offline.ts and offline/build/embed.ts",
  })
}
