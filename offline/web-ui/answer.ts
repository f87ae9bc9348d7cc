import { promisify } from "node:util"
import { brotliDecompress, gzip } from "node:zlib"
import type { Asset, WebRequest } from "./types.ts"

// Functions, so that zlib is loaded when the first page is asked for.
const unbrotli = (bytes: Uint8Array) => promisify(brotliDecompress)(bytes)
const compress = (bytes: Uint8Array) => promisify(gzip)(bytes)

/**
 * Answers a GET or a HEAD with an asset: 304 when the client has it, else the bytes in an encoding that the client
 * accepts. Browsers accept brotli from localhost and over https only, so the others get gzip made on the fly.
 */
export async function answerWith(
  request: WebRequest,
  asset: Asset,
  extra: Record<string, string>,
): Promise<Response> {
  const headers = new Headers({
    etag: asset.etag,
    vary: "Accept-Encoding",
    "x-content-type-options": "nosniff",
    ...extra,
  })
  if (hasIt(request.header("if-none-match"), asset.etag)) return new Response(null, { status: 304, headers })
  headers.set("content-type", asset.type)
  const { bytes, encoding } = await encode(asset, request.header("accept-encoding") ?? "")
  if (encoding !== "identity") headers.set("content-encoding", encoding)
  headers.set("content-length", String(bytes.byteLength))
  return new Response(request.method === "HEAD" ? null : bytes, { headers })
}

/** An asset's bytes, before compression. */
export async function readPlain(asset: Asset): Promise<BodyBytes> {
  const stored = await asset.bytes()
  return asset.encoding === "identity" ? stored : new Uint8Array(await unbrotli(stored))
}

function hasIt(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(",").map((tag) => tag.trim().replace("W/", "")) ?? []
  return tags.includes("*") || tags.includes(etag.replace("W/", ""))
}

async function encode(asset: Asset, accepted: string): Promise<{ bytes: BodyBytes; encoding: string }> {
  const stored = await asset.bytes()
  if (asset.encoding === "identity" || accepts(accepted, "br"))
    return { bytes: stored, encoding: asset.encoding }
  const plain = await readPlain(asset)
  if (!accepts(accepted, "gzip")) return { bytes: plain, encoding: "identity" }
  return { bytes: new Uint8Array(await compress(plain)), encoding: "gzip" }
}

type BodyBytes = Uint8Array<ArrayBuffer>

function accepts(header: string, coding: string): boolean {
  return header.split(",").some((entry) => {
    const [name, ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase())
    return name === coding && !parameters.some((parameter) => Number(parameter.replace("q=", "")) === 0)
  })
}
