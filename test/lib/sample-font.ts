/** Names of a font under the Open Font License, by OpenType's numbers. */
export const NAMES = {
  0: "Copyright 2020 A. Uthor",
  1: "Sample",
  5: "Version 2.5;git",
  14: "https://scripts.sil.org/OFL",
}

/** The table `name`, as OpenType lays it out, with names in UTF-16. */
export function nameTable(names: Record<number, string>): Buffer {
  const texts = Object.entries(names).map(([id, text]) => ({
    id: Number(id),
    bytes: Buffer.from(text, "utf16le").swap16(),
  }))
  const header = Buffer.alloc(6 + 12 * texts.length)
  header.writeUInt16BE(texts.length, 2)
  header.writeUInt16BE(header.length, 4)
  let offset = 0
  for (const [at, { id, bytes }] of texts.entries()) {
    const fields = [3, 1, 0x409, id, bytes.length, offset]
    for (const [field, value] of fields.entries()) header.writeUInt16BE(value, 6 + 12 * at + 2 * field)
    offset += bytes.length
  }
  return Buffer.concat([header, ...texts.map(({ bytes }) => bytes)])
}

/** A TrueType font of nothing but that table. */
export function sfnt(table: Buffer): Buffer {
  const header = Buffer.alloc(12 + 2 * 16)
  header.writeUInt32BE(0x10000)
  header.writeUInt16BE(2, 4)
  header.write("head", 12, "latin1")
  header.write("name", 28, "latin1")
  header.writeUInt32BE(header.length, 36)
  header.writeUInt32BE(table.length, 40)
  return Buffer.concat([header, table])
}
