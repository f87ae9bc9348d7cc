import { open } from "node:fs/promises"

const CHUNK = 1 << 20

/**
 * Reads a file through one buffer of a megabyte, so that a large one takes no more memory than that: use each chunk
 * before the next is taken.
 * @throws the file system's error when the path cannot be read
 */
export async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  const buffer = new Uint8Array(CHUNK)
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}
