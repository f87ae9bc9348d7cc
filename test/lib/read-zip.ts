import { inflateRawSync } from "node:zlib"

export interface Zipped {
  path: string
  mode: number
  data: Buffer
  /** In the form that the file has it. */
  date: number
  time: number
}

/** Reads an archive by its own directory, as an independent reader of what is written. */
export function readZip(bytes: Buffer): Zipped[] {
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06"))
  const found: Zipped[] = []
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (bytes.readUInt32LE(at) !== 0x02014b50) throw new Error(`there is no entry at ${at}`)
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ]
    const local = bytes.readUInt32LE(at + 42)
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const packed = bytes.subarray(start, start + bytes.readUInt32LE(at + 20))
    const data = bytes.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed
    if (Bun.hash.crc32(data) !== bytes.readUInt32LE(at + 16)) throw new Error(`the entry at ${at} is damaged`)
    found.push({
      path: bytes.toString("utf8", at + 46, at + 46 + name),
      mode: bytes.readUInt16LE(at + 40),
      data,
      time: bytes.readUInt16LE(at + 12),
      date: bytes.readUInt16LE(at + 14),
    })
    at += 46 + name + extra + comment
  }
  return found
}
