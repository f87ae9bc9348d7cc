// Runs in a thread of its own, for hash-file.ts: hashes one file as far as it is told to, answers at its end, and ends.
import { createHash } from "node:crypto"
import { closeSync, openSync, readSync } from "node:fs"
import type { Algorithm, FileHash } from "./hash-file.ts"

/** How far the file may be read; to its end, where infinite, and then the answer is due. */
export interface HashOrder {
  upTo: number
}

/** An error is sent by its parts: its code would not arrive. */
export type HashAnswer = FileHash | { failure: { message: string; code: string | undefined } }

declare const self: Worker

const CHUNK = 1 << 20

const [path, algorithm] = process.argv.slice(2) as [string, Algorithm]
const hash = createHash(algorithm)
const buffer = new Uint8Array(CHUNK)
let file: number | undefined
let bytes = 0

self.onmessage = ({ data }: MessageEvent<HashOrder>) => {
  const found = answer(data)
  if (!found) return
  postMessage(found)
  if (file !== undefined) closeSync(file)
  self.onmessage = null
}

function answer({ upTo }: HashOrder): HashAnswer | undefined {
  try {
    return readOn(upTo)
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    return { failure: { message, code } }
  }
}

function readOn(upTo: number): FileHash | undefined {
  file ??= openSync(path, "r")
  while (bytes < upTo) {
    const length = readSync(file, buffer, 0, Math.min(CHUNK, upTo - bytes), bytes)
    if (length === 0 && upTo !== Infinity) throw new Error(`${path} has become shorter`)
    if (length === 0) return { bytes, hash: hash.digest("hex") }
    hash.update(buffer.subarray(0, length))
    bytes += length
  }
}
