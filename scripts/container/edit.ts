import { refused } from "./failures.ts"
import type { EmbeddedModule, LightGraph, ModuleGraph } from "./types.ts"

/** What a module says of itself; the rest is derived from its contents, and is cleared when they change. */
export type NewModule = Pick<EmbeddedModule, "name" | "contents" | "encoding" | "loader" | "format" | "side">

/**
 * Gives a graph in which one module has other contents. Bytecode, module info and source map were made from the old
 * ones, so they go. Nothing else differs, and the old graph stays as it is.
 * @throws Failure when there is no module of that name
 */
export function replaceModule<Graph extends Pick<ModuleGraph, "modules">>(
  graph: Graph,
  name: string,
  contents: Uint8Array,
): Graph {
  const index = graph.modules.findIndex((module) => module.name === name)
  if (index < 0)
    throw refused(
      `The executable has no module ${name} to replace`,
      `its ${graph.modules.length} modules have other names`,
      "pin a release that has it",
    )
  return {
    ...graph,
    modules: graph.modules.with(index, withoutDerived({ ...graph.modules[index]!, contents })),
  }
}

/**
 * Gives a graph that keeps no view of the file that it was read from, so that the file's bytes can go.
 * @param path where the file is, and stays while the graph is used
 */
export function leaveRuntime(graph: ModuleGraph, path: string): LightGraph {
  const modules = graph.modules.map((module) => ({
    ...module,
    contents: copy(module.contents),
    sourceMap: copy(module.sourceMap),
    bytecode: copy(module.bytecode),
    moduleInfo: copy(module.moduleInfo),
    bytecodePath: copy(module.bytecodePath),
  }))
  const file = { path, from: 0, length: graph.runtime.file.length }
  return { ...graph, modules, runtime: { ...graph.runtime, file } }
}

/** `slice` would do, but a Buffer's is a view. */
const copy = (bytes: Uint8Array) => new Uint8Array(bytes)

/**
 * Gives a graph with one more module, the last. Only what `NewModule` names is taken of it.
 * @throws Failure when there is a module of that name already
 */
export function addModule<Graph extends Pick<ModuleGraph, "modules">>(
  graph: Graph,
  module: NewModule,
): Graph {
  if (graph.modules.some(({ name }) => name === module.name))
    throw refused(
      `The executable already has a module ${module.name}`,
      "it may have been made by this build",
      "build from the stock executable that the pin names",
    )
  return { ...graph, modules: [...graph.modules, withoutDerived(module)] }
}

function withoutDerived({ name, contents, encoding, loader, format, side }: NewModule): EmbeddedModule {
  return { name, contents, encoding, loader, format, side, ...UNDERIVED }
}

const EMPTY = new Uint8Array(0)
const UNDERIVED = { sourceMap: EMPTY, bytecode: EMPTY, moduleInfo: EMPTY, bytecodePath: EMPTY }
