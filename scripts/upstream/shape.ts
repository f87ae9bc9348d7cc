import type { ModuleGraph } from "../container/index.ts"
import type { NamedPatch, Outcome, Tree } from "../patching/apply.ts"
import type { Form } from "../patching/patch.ts"
import { minifiedChunks } from "./minified-chunks.ts"
import { readableBundles } from "./readable-bundles.ts"

/** What a shape is read from. */
export type Modules = Pick<ModuleGraph, "modules">

/** How upstream's code stands in a module graph: what patches are applied to, and where its other parts are. */
export interface Shape {
  /** For people: `readable bundles`. */
  name: string
  isShapeOf(graph: Modules): boolean
  /** Which form of a patch is for it. */
  form: Form
  /** @throws Failure when a module is missing or has another form */
  readTrees(graph: Modules): Tree[]
  /** @param version upstream's, which decides how many places there are */
  applySeries(trees: Tree[], series: NamedPatch[], version: string): Outcome
  /**
   * The new contents of the modules that differ, by name, each importing the offline module ahead of everything else.
   * @param graph the one that the trees were read from
   */
  printTrees(trees: Tree[], graph: Modules, offlineModule: string): Map<string, Uint8Array>
  /**
   * The model catalogue that upstream built in, as JSON text in the form of models.dev/api.json.
   * @throws Failure when it is not where it was
   */
  readCatalogue(graph: Modules): string
  /** Whether upstream serves its page from inside the executable. */
  hasPage: boolean
}

const SHAPES: Shape[] = [readableBundles, minifiedChunks]

/** The shape of an executable's code; undefined when it is none that is known: then only the core can go in. */
export function shapeOf(graph: Modules): Shape | undefined {
  return SHAPES.find((shape) => shape.isShapeOf(graph))
}
