import { findCatalogues } from "./catalogue.ts"
import { unknownCode } from "./module-text.ts"
import type { Shape } from "./shape.ts"

/** The module that lists the files of the page. */
const PAGE_INDEX = "/opencode-web-ui.gen.js"

/** The releases from 1.14 on: minified, and split into chunks whose names are hashes. */
export const minifiedChunks: Shape = {
  name: "minified chunks",
  isShapeOf: ({ modules }) => modules.some(({ name }) => name.endsWith(PAGE_INDEX)),
  trees: [],
  readTrees: () => [],
  printTrees: () => new Map(),
  readCatalogue(graph) {
    const found = findCatalogues(graph)
    if (found.length !== 1) throw unknownCode(`it has the model catalogue ${found.length} times, not once`)
    return found[0]!
  },
  hasPage: true,
}
