import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { readIndex } from "../offline/web-ui/pack.ts"
import { derive } from "./lib/derived-cache.ts"
import { readModuleGraph } from "./lib/module-graph/index.ts"
import { packWebUi } from "./lib/web-ui/pack-web-ui.ts"

/** Everything that decides what the pack looks like, besides the executable that it is taken from. */
const makers = [
  "../offline/build/manifest.ts",
  "../offline/build/write-pack.ts",
  "../offline/web-ui/media-types.ts",
  "../offline/web-ui/pack.ts",
  "../offline/web-ui/page.ts",
  "./lib/web-ui/edit-assets.ts",
  "./lib/web-ui/pack-web-ui.ts",
  "./lib/web-ui/read-assets.ts",
]

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
  const pack = await derive(cache, `web-ui ${hash} ${await hashMakers()}`, async () =>
    packWebUi(readModuleGraph(await readFile(await executable()))),
  )
  const files = Object.values(readIndex(pack).files)
  return { pack, files: files.length, rawBytes: files.reduce((sum, file) => sum + file.rawLength, 0) }
}

async function hashMakers(): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(process.versions))
  for (const maker of makers) hash.update(await readFile(fileURLToPath(new URL(maker, import.meta.url))))
  return hash.digest("hex")
}
