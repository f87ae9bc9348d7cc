import type { Asset, AssetSource, Page } from "./types.ts"

/**
 * The pack: every file of the web UI in one module of the executable.
 *
 *     8 bytes   "OCWEBUI1"
 *     u32 LE    length of the index in bytes
 *     index     JSON, `PackIndex`, UTF-8
 *     blobs     the stored bytes, one after another, in the order of the index
 */
export const packMagic = "OCWEBUI1"
export const packHeaderLength = packMagic.length + 4

export interface PackIndex {
  /** URL path of the page, a key of `files`. */
  page: string
  /** CSP sources of the scripts inside the page. */
  scripts: string[]
  files: Record<string, PackedFile>
}

export interface PackedFile {
  type: string
  etag: string
  encoding: "br" | "identity"
  /** First byte, counted from the end of the index. */
  offset: number
  /** Stored bytes. */
  length: number
  /** Bytes before compression: what the build reports. */
  rawLength: number
}

interface OpenPack {
  index: PackIndex
  asset(file: PackedFile): Asset
}

/**
 * Opens the pack at `path`, an embedded module or a file; without one there is no page. Nothing is read before the first request, and then only the
 * index; a request reads its own bytes.
 * @param version of the release that it was taken from; the page says so
 */
export function packSource(path: string | undefined, version?: string): AssetSource {
  let opened: Promise<OpenPack | undefined> | undefined
  const open = () => {
    opened ??= openPack(path)
    return opened
  }
  return {
    missing:
      "This OpenCode was built without the web UI. Build it with one, or set OPENCODE_APP_DIST to a folder that has one.",
    async asset(url) {
      const pack = await open()
      if (!pack || !Object.hasOwn(pack.index.files, url)) return undefined
      return pack.asset(pack.index.files[url]!)
    },
    async page(): Promise<Page | undefined> {
      const pack = await open()
      if (!pack) return undefined
      return { ...pack.asset(pack.index.files[pack.index.page]!), scripts: pack.index.scripts, version }
    },
  }
}

async function openPack(path: string | undefined): Promise<OpenPack | undefined> {
  if (path === undefined) return undefined
  const pack = Bun.file(path)
  if (!(await pack.exists())) return undefined
  const blobs = blobsStart(await pack.slice(0, packHeaderLength).bytes())
  const index = readIndex(await pack.slice(0, blobs).bytes())
  return {
    index,
    asset: ({ type, etag, encoding, offset, length }) => ({
      type,
      etag,
      encoding,
      bytes: () => pack.slice(blobs + offset, blobs + offset + length).bytes(),
    }),
  }
}

/** The index of a pack, from the whole pack or any beginning of it that has the index. Throws when it is no pack. */
export function readIndex(pack: Uint8Array): PackIndex {
  return JSON.parse(new TextDecoder().decode(pack.subarray(packHeaderLength, blobsStart(pack))))
}

function blobsStart(pack: Uint8Array): number {
  if (new TextDecoder().decode(pack.subarray(0, packMagic.length)) !== packMagic)
    throw new Error("The web UI in this executable is not in the form that this version reads")
  return packHeaderLength + new DataView(pack.buffer, pack.byteOffset).getUint32(packMagic.length, true)
}
