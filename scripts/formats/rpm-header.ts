/** A value of an RPM header, by the type that the tag has. */
export type Value =
  | { string: string }
  | { strings: string[] }
  /** One that can be translated: this one is for every language. */
  | { text: string }
  | { int16: number[] }
  | { int32: number[] }
  | { bytes: Uint8Array }

/** The tags that stand for a whole header, so that a signature covers it as it is: of the signature's, and of the main one. */
export const REGION = { signature: 62, main: 63 }

const MAGIC = Buffer.from("8eade80100000000", "hex")
const ENTRY_BYTES = 16
const TYPES = { int16: 3, int32: 4, string: 6, bytes: 7, strings: 8, text: 9 }
const WIDTHS: Record<string, number> = { int16: 2, int32: 4 }

/**
 * The structure that an RPM package has twice: an index, sorted by tag, and a store of what it points to. All numbers are
 * big-endian.
 * @param region the tag that stands for the whole
 */
export function writeHeader(values: Record<number, Value>, region: number): Buffer {
  const tags = Object.keys(values)
    .map(Number)
    .sort((a, b) => a - b)
  const index: Buffer[] = []
  const store: Buffer[] = []
  let length = 0
  const put = (bytes: Buffer) => {
    store.push(bytes)
    length += bytes.length
  }
  for (const tag of tags) {
    const [type, value] = Object.entries(values[tag]!)[0]! as [keyof typeof TYPES, never]
    const width = WIDTHS[type] ?? 1
    put(Buffer.alloc((width - (length % width)) % width))
    const { bytes, count } = encode(type, value)
    index.push(entry(tag, TYPES[type], length, count))
    put(bytes)
  }
  // The region's own entry points to its end, which says how far back its index starts.
  const head = entry(region, TYPES.bytes, length, ENTRY_BYTES)
  put(entry(region, TYPES.bytes, -(tags.length + 1) * ENTRY_BYTES, ENTRY_BYTES))
  const counts = Buffer.alloc(8)
  counts.writeUInt32BE(tags.length + 1, 0)
  counts.writeUInt32BE(length, 4)
  return Buffer.concat([MAGIC, counts, head, ...index, ...store])
}

function entry(tag: number, type: number, offset: number, count: number): Buffer {
  const bytes = Buffer.alloc(ENTRY_BYTES)
  bytes.writeUInt32BE(tag, 0)
  bytes.writeUInt32BE(type, 4)
  bytes.writeInt32BE(offset, 8)
  bytes.writeUInt32BE(count, 12)
  return bytes
}

function encode(type: keyof typeof TYPES, value: unknown): { bytes: Buffer; count: number } {
  if (type === "bytes")
    return { bytes: Buffer.from(value as Uint8Array), count: (value as Uint8Array).length }
  if (type === "string" || type === "text") return { bytes: texts([value as string]), count: 1 }
  if (type === "strings") return { bytes: texts(value as string[]), count: (value as string[]).length }
  const numbers = value as number[]
  const width = WIDTHS[type]!
  const bytes = Buffer.alloc(numbers.length * width)
  for (const [at, number] of numbers.entries()) bytes.writeUIntBE(number, at * width, width)
  return { bytes, count: numbers.length }
}

function texts(list: string[]): Buffer {
  return Buffer.from(list.map((text) => `${text}\0`).join(""))
}
