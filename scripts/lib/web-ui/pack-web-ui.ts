import type { ModuleGraph } from "../module-graph/index.ts"
import { authenticateManifest, editScripts, foreignRequests } from "./edit-assets.ts"
import { readWebUi, type WebUiFile } from "./read-assets.ts"
import { writePack } from "./write-pack.ts"

const page = "/index.html"

/**
 * The web UI inside an OpenCode executable, as one pack (`offline/web-ui/pack.ts`) for the executable that is built.
 * Throws a Failure when the executable has none, or it is not the one that the edits are for.
 */
export async function packWebUi(graph: Pick<ModuleGraph, "modules">): Promise<Uint8Array<ArrayBuffer>> {
  return writePack(editScripts(readWebUi(graph), foreignRequests).map(editPage), page)
}

function editPage(file: WebUiFile): WebUiFile {
  if (file.path !== page) return file
  const html = authenticateManifest(new TextDecoder().decode(file.content))
  return { ...file, content: new TextEncoder().encode(html) }
}
