// Runs in a thread of its own, for hash-file.ts: hashes one file, answers, and ends.
import { createHash } from "node:crypto"
import { closeSync, openSync, readSync } from "node:fs"
import type { Algorithm, FileHash } from "./hash-file.ts"

/** An error is sent by its parts: its code would not arrive. */
export type HashAnswer = FileHash | { failure: { message: string; code: string | undefined } }

const CHUNK = 1 << 20

const [path, algorithm] = process.argv.slice(2) as [string, Algorithm]
postMessage(answer())

function answer(): HashAnswer {
  try {
    return hash()
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    return { failure: { message, code } }
  }
}

function hash(): FileHash {
  const hash = createHash(algorithm)
  const buffer = new Uint8Array(CHUNK)
  const file = openSync(path, "r")
  try {
    for (let bytes = 0; ; ) {
      const length = readSync(file, buffer, 0, CHUNK, bytes)
      if (length === 0) return { bytes, hash: hash.digest("hex") }
      hash.update(buffer.subarray(0, length))
      bytes += length
    }
  } finally {
    closeSync(file)
  }
}
