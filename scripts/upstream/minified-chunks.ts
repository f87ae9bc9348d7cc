import type { EmbeddedModule } from "../container/index.ts"
import { applyToChunks } from "../patching/apply-to-chunks.ts"
import type { Unit } from "../patching/unit.ts"
import { findCatalogues, isCode } from "./catalogue.ts"
import { decodeModule, encodeModule, importStatement, OFFLINE, PRAGMA, unknownCode } from "./module-text.ts"
import type { Shape } from "./shape.ts"

/** The module that lists the files of the page. */
const PAGE_INDEX = "/opencode-web-ui.gen.js"

/** The releases from 1.14 on: minified, and split into chunks whose names are hashes. */
export const minifiedChunks: Shape = {
  name: "minified chunks",
  isShapeOf: ({ modules }) => modules.some(({ name }) => name.endsWith(PAGE_INDEX)),
  form: "chunks",
  readTrees: (graph) => [{ name: "chunks", units: graph.modules.filter(isBundled).map(unitOf) }],
  applySeries: ([tree], series, version) => applyToChunks(tree!, series, OFFLINE, version),
  printTrees([tree], graph, offlineModule) {
    const before = new Map(graph.modules.map((module) => [module.name, module]))
    const changed = tree!.units.filter(({ file, text }) => text !== decodeModule(before.get(file)!))
    const statement = `${PRAGMA}${importStatement(offlineModule)}\n`
    return new Map(
      changed.map(({ file, text }) => [file, encodeModule(file, [statement, text.slice(PRAGMA.length)])]),
    )
  },
  readCatalogue(graph) {
    const found = findCatalogues(graph)
    if (found.length !== 1) throw unknownCode(`it has the model catalogue ${found.length} times, not once`)
    return found[0]!
  },
  hasPage: true,
}

/** What Bun made of upstream's code; the page's own scripts are not. */
function isBundled(module: EmbeddedModule): boolean {
  const { buffer, byteOffset, byteLength } = module.contents
  return (
    isCode(module) &&
    Buffer.from(buffer, byteOffset, Math.min(byteLength, PRAGMA.length)).toString("latin1") === PRAGMA
  )
}

/** Upstream has UTF-8 in modules that say that they are Latin-1; read as they say, they are written as they were. */
function unitOf(module: EmbeddedModule): Unit {
  return { file: module.name, text: decodeModule(module) }
}
