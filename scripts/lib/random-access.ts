import { closeSync, openSync, readSync, statSync } from "node:fs"

/** Bytes that are read here and there: an array, or a file. */
export interface RandomAccess {
  readonly length: number
  subarray(from: number, to: number): Uint8Array
}

/**
 * A file of which only what is asked for is read, each time anew.
 * @throws the file system's error when it is not there; reading throws it too, and an error when it has become shorter
 */
export function openFile(path: string): RandomAccess {
  return { length: statSync(path).size, subarray: (from, to) => readRange(path, from, to) }
}

function readRange(path: string, from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(to - from)
  const file = openSync(path, "r")
  try {
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(file, bytes, at, bytes.length - at, from + at)
      if (read === 0) throw new Error(`${path} has become shorter`)
      at += read
    }
  } finally {
    closeSync(file)
  }
  return bytes
}
