import { realpath } from "node:fs/promises"
import path from "node:path"
import { mediaType } from "./media-types.ts"
import { entityTag, inlineScripts } from "./page.ts"
import { segmentsOf } from "./segments.ts"
import type { Asset, AssetSource } from "./types.ts"

/**
 * A web UI in a folder, as `vite build` leaves it. Never served are files outside the folder, and those whose name, or the
 * name of a folder that they are in, begins with a dot; both also where a symbolic link leads there.
 */
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

/** `..` has one, too. */
function hasDot(names: string[]): boolean {
  return names.some((name) => name.startsWith("."))
}

async function resolveInside(folder: string, url: string): Promise<string | undefined> {
  try {
    const root = await realpath(folder)
    const asked = segmentsOf(url)
    if (!asked || hasDot(asked)) return undefined
    const file = await realpath(path.join(root, ...asked))
    const found = path.relative(root, file).split(path.sep)
    return !hasDot(found) && (await Bun.file(file).stat()).isFile() ? file : undefined
  } catch {
    return undefined // Not there, not readable, or not a name that a file can have: the same to the one who asks.
  }
}
