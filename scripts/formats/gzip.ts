import { createHash } from "node:crypto"
import { Readable } from "node:stream"
import { createGzip } from "node:zlib"

export interface Compressed {
  bytes: Buffer
  /** Of what was compressed: its length, and its sha256 in hex. */
  before: { bytes: number; sha256: string }
}

/** As npm's and the kit's archives are compressed. The header has no time and no name. */
const LEVEL = 6

/** What the compressor is given at once. Its output depends on that, so it must not depend on how the pieces were cut. */
const BLOCK = 1 << 16

/** Compresses what is made piece by piece, so that only the result is in memory. */
export async function gzip(pieces: Iterable<Uint8Array>): Promise<Compressed> {
  const hash = createHash("sha256")
  let bytes = 0
  function* counted() {
    for (const block of blocksOf(pieces)) {
      hash.update(block)
      bytes += block.length
      yield block
    }
  }
  const chunks: Buffer[] = []
  const stream = Readable.from(counted()).pipe(createGzip({ level: LEVEL }))
  for await (const chunk of stream) chunks.push(chunk)
  return { bytes: Buffer.concat(chunks), before: { bytes, sha256: hash.digest("hex") } }
}

/** The same bytes in blocks of one length; the last may be shorter. */
function* blocksOf(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let block = new Uint8Array(BLOCK)
  let filled = 0
  for (const piece of pieces)
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + BLOCK - filled)
      block.set(part, filled)
      at += part.length
      filled += part.length
      if (filled < BLOCK) continue
      yield block
      block = new Uint8Array(BLOCK)
      filled = 0
    }
  if (filled > 0) yield block.subarray(0, filled)
}
