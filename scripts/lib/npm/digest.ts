import { createHash } from "node:crypto"
import { open } from "node:fs/promises"

const CHUNK = 1 << 20

/** A file's length and its sha512 as 128 hex digits. */
export interface Digest {
  bytes: number
  sha512: string
}

/** Reads the file at `path` through one buffer of a megabyte. Undefined when there is no such file. */
export async function digestFile(path: string): Promise<Digest | undefined> {
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined
    throw error
  })
  if (!handle) return undefined
  try {
    const hash = createHash("sha512")
    const buffer = new Uint8Array(CHUNK)
    let bytes = 0
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK)
      if (bytesRead === 0) return { bytes, sha512: hash.digest("hex") }
      hash.update(buffer.subarray(0, bytesRead))
      bytes += bytesRead
    }
  } finally {
    await handle.close()
  }
}

export function sameDigest(a: Digest, b: Digest): boolean {
  return a.bytes === b.bytes && a.sha512 === b.sha512
}
