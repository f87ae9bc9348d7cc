import { createHash } from "node:crypto"
import { readChunks } from "../read-chunks.ts"

/** A file's length and its sha512 as 128 hex digits. */
export interface Digest {
  bytes: number
  sha512: string
}

/** Reads the file at `path`. Undefined when there is no such file. */
export async function digestFile(path: string): Promise<Digest | undefined> {
  const hash = createHash("sha512")
  let bytes = 0
  try {
    for await (const chunk of readChunks(path)) {
      hash.update(chunk)
      bytes += chunk.length
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
  return { bytes, sha512: hash.digest("hex") }
}

export function sameDigest(a: Digest, b: Digest): boolean {
  return a.bytes === b.bytes && a.sha512 === b.sha512
}
