import { promisify } from "node:util"
import { brotliCompress, constants } from "node:zlib"
import { mediaType } from "../web-ui/media-types.ts"
import { type PackedFile, type PackIndex, packHeaderLength, packMagic } from "../web-ui/pack.ts"
import { entityTag, inlineScripts } from "../web-ui/page.ts"

export interface WebUiFile {
  /** URL path: `/assets/a.js`. */
  path: string
  content: Uint8Array
}

const compress = promisify(brotliCompress)

/** Measured on 1.14.34, 17.6 MB, two cores: 9 gives 5.22 MB in 0.4 to 3 s, 10 gives 5.03 in 3.3 s, 11 gives 4.95 in 8 s. */
const quality = 10

/** Compression happens on the runtime's own threads; four bodies at a time keep them busy. */
const parallel = 4

/**
 * Writes the pack of `offline/web-ui/pack.ts`: the same bytes for the same files. Bodies are brotli where that
 * makes them smaller. Not gzip (5.6 MB in 0.4 s), because its output differs from one zlib to the next, and a build
 * must be the same everywhere.
 *
 * Throws for a file whose media type is not known.
 */
export async function writePack(files: WebUiFile[], page: string): Promise<Uint8Array<ArrayBuffer>> {
  const stored = await compressAll(files)
  const index: PackIndex = { page, scripts: scriptsOf(files, page), files: {} }
  let offset = 0
  files.forEach((file, at) => {
    const { bytes, encoding } = stored[at]!
    index.files[file.path] = describe(file, encoding, offset, bytes.byteLength)
    offset += bytes.byteLength
  })
  const json = new TextEncoder().encode(JSON.stringify(index))
  const header = new Uint8Array(packHeaderLength)
  header.set(new TextEncoder().encode(packMagic))
  new DataView(header.buffer).setUint32(packMagic.length, json.byteLength, true)
  return new Uint8Array(Buffer.concat([header, json, ...stored.map((body) => body.bytes)]))
}

interface StoredBody {
  bytes: Uint8Array
  encoding: PackedFile["encoding"]
}

async function compressAll(files: WebUiFile[]): Promise<StoredBody[]> {
  const stored: StoredBody[] = new Array(files.length)
  let next = 0
  const worker = async () => {
    for (let at = next++; at < files.length; at = next++) stored[at] = await compressOne(files[at]!.content)
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  return stored
}

async function compressOne(content: Uint8Array): Promise<StoredBody> {
  const brotli = await compress(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.byteLength,
    },
  })
  return brotli.byteLength < content.byteLength
    ? { bytes: brotli, encoding: "br" }
    : { bytes: content, encoding: "identity" }
}

function describe(
  file: WebUiFile,
  encoding: PackedFile["encoding"],
  offset: number,
  length: number,
): PackedFile {
  const type = mediaType(file.path)
  if (type) {
    const rawLength = file.content.byteLength
    return { type, etag: entityTag(file.content), encoding, offset, length, rawLength }
  }
  throw new Error(
    `The web UI has ${file.path}, whose media type is not known: add its extension to offline/web-ui/media-types.ts`,
  )
}

function scriptsOf(files: WebUiFile[], page: string): string[] {
  return inlineScripts(new TextDecoder().decode(files.find((file) => file.path === page)!.content))
}
