import { createHash } from "node:crypto"
import { open } from "node:fs/promises"
import { Failure } from "../lib/errors.ts"
import { type Piece, readPieces } from "./pieces.ts"

/**
 * Writes an executable, piece by piece, and hashes it on the way.
 * @returns its size in bytes and its sha256 in hex
 */
export async function writeExecutable(
  path: string,
  pieces: Piece[],
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256")
  const file = await open(path, "wx", 0o755)
  let bytes = 0
  let writing = Promise.resolve()
  try {
    for await (const block of inBlocks(readPieces(pieces))) {
      hash.update(block)
      await writing
      writing = file.writeFile(block)
      bytes += block.length
    }
    await writing
  } catch (error) {
    throw new Failure(
      {
        what: `${path} could not be written`,
        why: (error as Error).message,
        next: "free some space, or pass --out",
      },
      { cause: error },
    )
  } finally {
    await writing.catch(() => {})
    await file.close()
  }
  return { bytes, sha256: hash.digest("hex") }
}

const BLOCK = 1 << 20

/**
 * The same bytes in blocks of a megabyte: most pieces of a graph are a few bytes long. Two buffers take turns, so that one
 * block can be written while the next is filled and hashed.
 */
async function* inBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let [block, other] = [new Uint8Array(BLOCK), new Uint8Array(BLOCK)]
  let length = 0
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + BLOCK - length)
      block.set(part, length)
      at += part.length
      length += part.length
      if (length < BLOCK) continue
      yield block
      ;[block, other, length] = [other, block, 0]
    }
  }
  if (length > 0) yield block.subarray(0, length)
}
