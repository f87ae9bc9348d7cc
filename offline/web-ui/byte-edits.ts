/** A replacement of the bytes [start, end) of a file. */
export interface ByteEdit {
  start: number
  end: number
  text: string
}

/** A file's bytes with edits, which are in its order and do not overlap. */
export function applyByteEdits(content: Uint8Array<ArrayBuffer>, edits: ByteEdit[]): Uint8Array<ArrayBuffer> {
  if (edits.length === 0) return content
  const pieces: Uint8Array[] = []
  let from = 0
  for (const { start, end, text } of edits) {
    pieces.push(content.subarray(from, start), new TextEncoder().encode(text))
    from = end
  }
  return new Uint8Array(Buffer.concat([...pieces, content.subarray(from)]))
}
