import { editPage, PAGE } from "../../../offline/build/manifest.ts"
import { writePack } from "../../../offline/build/write-pack.ts"
import type { ModuleGraph } from "../../container/index.ts"
import { Failure } from "../../lib/errors.ts"
import { editScripts, foreignRequests } from "./edit-assets.ts"
import { readWebUi } from "./read-assets.ts"

/**
 * The web UI inside an OpenCode executable, as one pack (`offline/web-ui/pack.ts`) for the executable that is built.
 * Throws a Failure when the executable has none, or it is not the one that the edits are for.
 */
export async function packWebUi(graph: Pick<ModuleGraph, "modules">): Promise<Uint8Array<ArrayBuffer>> {
  const files = editScripts(readWebUi(graph), foreignRequests).map(editPage)
  return writePack(files, PAGE).catch((error: Error) => {
    throw new Failure({
      what: "The web UI cannot be packed",
      why: error.message,
      next: "do as it says, and build again: npm run build",
    })
  })
}
