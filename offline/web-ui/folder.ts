import { realpath } from "node:fs/promises"
import path from "node:path"
import { mediaType } from "./media-types.ts"
import { entityTag, inlineScripts } from "./page.ts"
import type { Asset, AssetSource } from "./types.ts"

/** A web UI in a folder, as `vite build` leaves it. Files outside the folder are never served, symbolic links included. */
export function folderSource(folder: string): AssetSource {
  const asset = async (url: string): Promise<Asset | undefined> => {
    const file = await resolveInside(folder, url)
    if (!file) return undefined
    const content = await Bun.file(file).bytes()
    return {
      type: mediaType(url) ?? "application/octet-stream",
      etag: entityTag(content),
      encoding: "identity",
      bytes: async () => content,
    }
  }
  return {
    missing: `OPENCODE_APP_DIST or OPENCODE_APP_URL names the folder ${folder}, which has no index.html.`,
    asset,
    async page() {
      const page = await asset("/index.html")
      return page && { ...page, scripts: inlineScripts(new TextDecoder().decode(await page.bytes())) }
    },
  }
}

async function resolveInside(folder: string, url: string): Promise<string | undefined> {
  try {
    const root = await realpath(folder)
    const file = await realpath(path.join(root, decodeURIComponent(url)))
    const inside = file.startsWith(root.endsWith(path.sep) ? root : root + path.sep)
    return inside && (await Bun.file(file).stat()).isFile() ? file : undefined
  } catch {
    return undefined // Not there, not readable, or not a name that a file can have: the same to the one who asks.
  }
}
