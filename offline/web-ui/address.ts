import { mediaType } from "./media-types.ts"
import { entityTag, inlineScripts } from "./page.ts"
import { segmentsOf } from "./segments.ts"
import type { Asset, AssetSource } from "./types.ts"

const timeout = 10_000

/**
 * A web UI at an http(s) address that the user named. The address may have a path: it stays in front of every asset.
 * Goes through the global `fetch`, so the policy decides; nothing of the client's request is passed on but the path.
 * `asset` and `page` throw what `fetch` throws.
 */
export function addressSource(address: URL): AssetSource {
  const base = new URL(address)
  if (!base.pathname.endsWith("/")) base.pathname += "/"
  const get = async (path: string): Promise<Asset | undefined> => {
    const url = addressBelow(base, path)
    if (!url) return undefined
    const response = await fetch(url, { signal: AbortSignal.timeout(timeout) })
    if (response.status === 404 || response.status === 410) return undefined
    if (!response.ok) throw new Error(`${url} answered ${response.status}`)
    const given = response.headers.get("content-type") ?? "application/octet-stream"
    const type = mediaType(path) ?? given
    // A host that answers every unknown path with its page: the file is not there.
    if (path !== "/" && given.startsWith("text/html") && !type.startsWith("text/html")) return undefined
    const content = new Uint8Array(await response.arrayBuffer())
    return { type, etag: entityTag(content), encoding: "identity", bytes: async () => content }
  }
  return {
    missing: `OPENCODE_APP_URL is ${address}, which has no web UI.`,
    asset: get,
    async page() {
      const page = await get("/")
      return page && { ...page, scripts: inlineScripts(new TextDecoder().decode(await page.bytes())) }
    },
  }
}

/** The address of a file below another, whose path ends in `/`; undefined when it would be anywhere else. */
function addressBelow(base: URL, path: string): URL | undefined {
  const names = segmentsOf(path)?.map(encodeURIComponent)
  if (!names) return undefined
  const url = new URL(base)
  url.pathname = base.pathname + names.join("/")
  // The parser of URLs has the last word on what a path is.
  return url.pathname === base.pathname + names.join("/") ? url : undefined
}
