// Runs in a thread: hash-file.ts asks it for one hash.
import { createHash } from "node:crypto"
import { closeSync, openSync, readSync } from "node:fs"
import type { FileHash } from "./hash-file.ts"

export interface HashQuestion {
  path: string
  algorithm: "sha256" | "sha512"
}

/** An error is sent by its parts: its code would not arrive. */
export type HashAnswer = FileHash | { failure: { message: string; code: string | undefined } }

const CHUNK = 1 << 20

declare const self: Worker

self.onmessage = ({ data }: MessageEvent<HashQuestion>) => postMessage(answer(data))

function answer({ path, algorithm }: HashQuestion): HashAnswer {
  try {
    return hash(path, algorithm)
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    return { failure: { message, code } }
  }
}

function hash(path: string, algorithm: HashQuestion["algorithm"]): FileHash {
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
