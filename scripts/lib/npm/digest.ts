import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { stat } from "node:fs/promises"
import { hashFile } from "../hash-file.ts"

/** A file's length and its sha512 as 128 hex digits. */
export interface Digest {
  bytes: number
  sha512: string
}

/** From here on a file is read in a thread of its own. */
const LARGE = 1 << 24

/** Reads the file at `path`. Undefined when there is no such file. */
export async function digestFile(path: string): Promise<Digest | undefined> {
  try {
    if ((await stat(path)).size < LARGE) return digestHere(path)
    const { bytes, hash } = await hashFile(path, "sha512")
    return { bytes, sha512: hash }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}

/** At once: many small files are asked for at the same time, and each would wait with a buffer of its own. */
function digestHere(path: string): Digest {
  const contents = readFileSync(path)
  return { bytes: contents.length, sha512: createHash("sha512").update(contents).digest("hex") }
}

export function sameDigest(a: Digest, b: Digest): boolean {
  return a.bytes === b.bytes && a.sha512 === b.sha512
}
