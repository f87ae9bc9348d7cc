import { applyByteEdits, type ByteEdit } from "./byte-edits.ts"
import { mediaType } from "./media-types.ts"
import { entityTag, inlineScripts } from "./page.ts"
import type { Asset, AssetSource } from "./types.ts"

/** The page that upstream's executable has inside, as the build found it. */
export interface UpstreamsPage {
  /** The module whose default export is an object: URL paths without the first slash, and the files that they are. */
  index: string
  /** What of its files is sent otherwise, by URL path: the page would ask other hosts for it by itself. */
  edits: Record<string, ByteEdit[]>
}

/**
 * The page that upstream put inside: its files stay as they are, and edits are made to what is sent. `asset` and `page`
 * throw what reading throws.
 */
export function upstreamsSource({ index, edits }: UpstreamsPage): AssetSource {
  let listed: Promise<Record<string, string> | undefined> | undefined
  const asset = async (path: string): Promise<Asset | undefined> => {
    listed ??= list(index)
    const files = await listed
    const name = path.slice(1)
    if (!files || !Object.hasOwn(files, name)) return undefined
    const content = applyByteEdits(await Bun.file(files[name]!).bytes(), edits[path] ?? [])
    return {
      type: mediaType(path) ?? "application/octet-stream",
      etag: entityTag(content),
      encoding: "identity",
      bytes: async () => content,
    }
  }
  return {
    missing:
      "The web UI that upstream puts into this OpenCode is not in it. Set OPENCODE_APP_DIST to a folder that has one.",
    asset,
    async page() {
      const page = await asset("/index.html")
      return page && { ...page, scripts: inlineScripts(new TextDecoder().decode(await page.bytes())) }
    },
  }
}

/** undefined when it is not there: upstream's code goes on without it, too. */
async function list(index: string): Promise<Record<string, string> | undefined> {
  try {
    return (await import(index)).default
  } catch {
    return undefined
  }
}
