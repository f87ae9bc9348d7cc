import type { EmbeddedModule, ModuleGraph } from "../container/index.ts"
import { Failure } from "../lib/errors.ts"
import type { Tree } from "../patching/apply.ts"
import type { TreeName } from "../patching/patch.ts"
import { joinBundle, splitBundle } from "./release-bundle.ts"

/** The modules of a release executable that hold OpenCode's code; both contain the server. */
export const BUNDLES = {
  main: "/$bunfs/root/src/index.js",
  worker: "/$bunfs/root/src/cli/cmd/tui/worker.js",
}

/** How the name of the worker ends that the TUI parses code in; in front of it stands OpenTUI's version. */
const PARSER = "/node_modules/@opentui/core/parser.worker.js"

/** The name by which patched code of the release source knows the `Offline` object. */
export const OFFLINE = "__offline"

/** Bun stores text in which every character is below U+0100 as Latin-1. */
const LATIN1 = 1

/**
 * The code of a release executable, as trees that patches can be applied to.
 * @throws Failure when a bundle is missing or of a form that is not known
 */
export function readTrees(graph: Pick<ModuleGraph, "modules">): Tree[] {
  return Object.entries(bundleNames(graph)).map(([name, module]) => ({
    name: name as TreeName,
    units: splitBundle(module, decode(findModule(graph, module))),
  }))
}

/**
 * The names of the modules that patches apply to, by tree.
 * @throws Failure when there is no worker that parses code
 */
export function bundleNames(graph: Pick<ModuleGraph, "modules">): Record<Exclude<TreeName, "git">, string> {
  const parser = graph.modules.find(({ name }) => name.endsWith(PARSER))
  if (!parser) throw unknown(`it has no module that ends in ${PARSER}`)
  return { ...BUNDLES, parser: parser.name }
}

/**
 * The new contents of the bundles, by module name, each importing the offline module ahead of everything else.
 * @param graph the one that the trees were read from
 */
export function printTrees(
  trees: Tree[],
  graph: Pick<ModuleGraph, "modules">,
  offlineModule: string,
): Map<string, Uint8Array> {
  const names = bundleNames(graph)
  const statement = `import { Offline as ${OFFLINE} } from ${JSON.stringify(offlineModule)};`
  return new Map(
    trees.map((tree) => {
      const name = names[tree.name as keyof typeof names]
      return [name, encode(name, joinBundle(tree.units, statement))]
    }),
  )
}

/** @throws Failure when there is no module of that name */
export function findModule(graph: Pick<ModuleGraph, "modules">, name: string): EmbeddedModule {
  const module = graph.modules.find((candidate) => candidate.name === name)
  if (module) return module
  throw unknown(`it has no module ${name}`)
}

function decode(module: EmbeddedModule): string {
  if (module.encoding !== LATIN1)
    throw unknown(`${module.name} has the encoding ${module.encoding}, not ${LATIN1} (Latin-1)`)
  const { buffer, byteOffset, byteLength } = module.contents
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1")
}

function encode(name: string, texts: string[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + text.length, 0))
  let at = 0
  for (const text of texts) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is all of Latin-1
    const other = text.match(/[^\x00-\xff]/)
    if (other)
      throw unknown(`a patch put a character into ${name} that Latin-1 has not: ${JSON.stringify(other[0])}`)
    at += bytes.write(text, at, "latin1")
  }
  return bytes
}

function unknown(why: string): Failure {
  return new Failure({
    what: "The executable's code is not laid out as patches expect it",
    why,
    next: "pin a release up to 1.3.x, or build with --source git",
  })
}
