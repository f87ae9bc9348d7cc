import { readFile } from "node:fs/promises"
import { readIndex } from "../../offline/web-ui/pack.ts"
import { readModuleGraph } from "../container/index.ts"
import { derive } from "../lib/derived-cache.ts"
import { hashMakers } from "../lib/makers.ts"
import { packWebUi } from "./web-ui/pack-web-ui.ts"

export interface EmbeddedWebUi {
  /** The contents of the module that the web UI is served from: `offline/web-ui/pack.ts`. */
  pack: Uint8Array
  files: number
  /** Bytes of all files before compression. */
  rawBytes: number
}

/**
 * Takes the web UI out of an OpenCode executable and makes it ready to be embedded in another.
 * @param executable gives the path of the executable; asked only when the cache lacks the pack
 * @param hash the executable's hash, as the pin has it
 * @param cache folder of the build's cache
 * @throws Failure when the executable has no web UI, or not the one that is expected
 */
export async function embedWebUi(
  executable: () => Promise<string>,
  hash: string,
  cache: string,
): Promise<EmbeddedWebUi> {
  const pack = await derive(cache, `web-ui ${hash} ${await hashMakers(import.meta.filename)}`, async () =>
    packWebUi(readModuleGraph(await readFile(await executable()))),
  )
  const files = Object.values(readIndex(pack).files)
  return { pack, files: files.length, rawBytes: files.reduce((sum, file) => sum + file.rawLength, 0) }
}
