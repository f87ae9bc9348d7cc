import { open } from "node:fs/promises"

const CHUNK = 1 << 20

/**
 * Reads a file through one buffer of a megabyte, so that a large one takes no more memory than that: use each chunk
 * before the next is taken.
 * @param from the offset to start at
 * @throws the file system's error when the path cannot be read
 */
export async function* readChunks(path: string, from = 0): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  const buffer = new Uint8Array(CHUNK)
  try {
    for (let at = from; ; ) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, at)
      if (bytesRead === 0) return
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}
