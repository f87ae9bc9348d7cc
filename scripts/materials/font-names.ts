import { brotliDecompressSync, inflateSync } from "node:zlib"

/** What a font says of itself. */
export interface FontNames {
  family: string
  version?: string
  copyright?: string
  /** The terms in words, and where they are. */
  terms: string
}

/** Numbers of the entries of the table `name`: OpenType, "name - Naming Table". */
const IDS = { copyright: 0, family: 1, version: 5, license: 13, licenseUrl: 14 }

/**
 * Reads the names in a font: TrueType, OpenType, WOFF or WOFF2.
 * @returns undefined when it has none, or cannot be read
 */
export function readFontNames(file: Uint8Array): FontNames | undefined {
  try {
    const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
    const table = nameTable(bytes)
    return table && readNames(table)
  } catch (error) {
    if (error instanceof RangeError || (error as NodeJS.ErrnoException).code !== undefined) return undefined
    throw error
  }
}

function nameTable(bytes: Buffer): Buffer | undefined {
  const kind = bytes.toString("latin1", 0, 4)
  if (kind === "wOF2") return inWoff2(bytes)
  return kind === "wOFF" ? inWoff(bytes) : inSfnt(bytes)
}

function inSfnt(bytes: Buffer): Buffer | undefined {
  for (let at = 12, left = bytes.readUInt16BE(4); left > 0; left--, at += 16) {
    if (bytes.toString("latin1", at, at + 4) !== "name") continue
    const start = bytes.readUInt32BE(at + 8)
    return bytes.subarray(start, start + bytes.readUInt32BE(at + 12))
  }
  return undefined
}

function inWoff(bytes: Buffer): Buffer | undefined {
  for (let at = 44, left = bytes.readUInt16BE(12); left > 0; left--, at += 20) {
    if (bytes.toString("latin1", at, at + 4) !== "name") continue
    const [start, stored, length] = [4, 8, 12].map((offset) => bytes.readUInt32BE(at + offset))
    const table = bytes.subarray(start!, start! + stored!)
    return stored === length ? table : inflateSync(table)
  }
  return undefined
}

/** WOFF2's numbers of tables, as far as they matter here. */
const WOFF2 = { name: 5, glyf: 10, loca: 11, arbitrary: 63 }

function inWoff2(bytes: Buffer): Buffer | undefined {
  let at = 48
  const number = () => {
    let value = 0
    for (let byte = 0x80; byte & 0x80; ) {
      byte = bytes.readUInt8(at++)
      value = value * 128 + (byte & 0x7f)
    }
    return value
  }
  let offset = 0
  let found: { start: number; end: number } | undefined
  for (let left = bytes.readUInt16BE(12); left > 0; left--) {
    const flags = bytes.readUInt8(at++)
    const table = flags & 0x3f
    if (table === WOFF2.arbitrary) at += 4
    const length = number()
    const isOutline = table === WOFF2.glyf || table === WOFF2.loca
    const isTransformed = isOutline ? flags >> 6 !== 3 : flags >> 6 !== 0
    const stored = isTransformed ? number() : length
    if (table === WOFF2.name) found = { start: offset, end: offset + stored }
    offset += stored
  }
  const all = brotliDecompressSync(bytes.subarray(at, at + bytes.readUInt32BE(20)))
  return found && all.subarray(found.start, found.end)
}

function readNames(table: Buffer): FontNames | undefined {
  const texts = new Map<number, string>()
  const strings = table.readUInt16BE(4)
  for (let at = 6, left = table.readUInt16BE(2); left > 0; left--, at += 12) {
    const [platform, , , id, length, offset] = [0, 2, 4, 6, 8, 10].map((step) =>
      table.readUInt16BE(at + step),
    ) as [number, number, number, number, number, number]
    const text = Buffer.from(table.subarray(strings + offset, strings + offset + length))
    const isWide = platform === 0 || platform === 3
    texts.set(id, isWide ? text.swap16().toString("utf16le") : text.toString("latin1"))
  }
  const family = texts.get(IDS.family)
  if (family === undefined) return undefined
  const terms = [IDS.license, IDS.licenseUrl].map((id) => texts.get(id) ?? "").join("\n")
  return {
    family,
    version: texts.get(IDS.version),
    copyright: texts.get(IDS.copyright),
    terms: terms.trim(),
  }
}
