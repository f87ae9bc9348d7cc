import { OFFLINE_MODULE } from "./embed-offline.ts"
import { addModule, type ModuleGraph, replaceModule } from "./lib/module-graph/index.ts"
import { BUNDLES, findModule } from "./lib/release-source.ts"

/** What goes into the stock executable: changed bundles and added modules, contents by module name. */
export interface Contents {
  changed: Map<string, Uint8Array>
  /** JavaScript that Bun runs; it gets the record of the main bundle: Latin-1, ESM. */
  code: Map<string, Uint8Array>
  /** Assets that are read as files. */
  assets: Map<string, Uint8Array>
}

/**
 * The new module graph: every stock module that is not named stays as it is, and the offline module is run first
 * by a `--preload` in front of the stored arguments.
 */
export function assembleGraph(stock: ModuleGraph, contents: Contents): ModuleGraph {
  const code = findModule(stock, BUNDLES.main)
  const asset = stock.modules.find((module) => module.side !== code.side && module.loader !== code.loader)!
  let graph = stock
  for (const [name, bytes] of contents.changed) graph = replaceModule(graph, name, bytes)
  for (const [name, bytes] of contents.code) graph = addModule(graph, { ...code, name, contents: bytes })
  for (const [name, bytes] of contents.assets) graph = addModule(graph, { ...asset, name, contents: bytes })
  return { ...graph, argv: `--preload=${OFFLINE_MODULE} ${stock.argv}` }
}
