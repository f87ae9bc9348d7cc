import { createHash } from "node:crypto"
import { type FileHandle, open } from "node:fs/promises"
import { Failure } from "../lib/errors.ts"
import { type Piece, readPieces } from "./pieces.ts"

/**
 * Writes an executable, piece by piece, and hashes it on the way.
 * @param onWritten is told how many bytes are written, now and then
 * @returns its size in bytes and its sha256 in hex
 */
export async function writeExecutable(
  path: string,
  pieces: Piece[],
  onWritten?: (bytes: number) => void,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256")
  const file = await open(path, "wx", 0o755)
  let bytes = 0
  try {
    for await (const block of inBlocks(readPieces(pieces))) {
      const writing = writeAll(file, block)
      hash.update(block)
      await writing
      bytes += block.length
      onWritten?.(bytes)
    }
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
    await file.close()
  }
  return { bytes, sha256: hash.digest("hex") }
}

/** The runtime's own `writeFile` of an open file takes several times as long. */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten
}

const BLOCK = 1 << 20
/** What is shorter is put together with what follows. */
const SHORT = 1 << 16

/** The same bytes in fewer chunks, as most pieces of a graph are a few bytes long: each is to be used before the next is taken. */
async function* inBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const block = new Uint8Array(BLOCK)
  let length = 0
  for await (const chunk of chunks) {
    const isShort = chunk.length < SHORT
    if (length > 0 && (!isShort || length + chunk.length > BLOCK)) {
      yield block.subarray(0, length)
      length = 0
    }
    if (isShort) {
      block.set(chunk, length)
      length += chunk.length
    } else yield chunk
  }
  if (length > 0) yield block.subarray(0, length)
}
