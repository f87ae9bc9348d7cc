import { bytesOf, type Entry } from "./entry.ts"

/** Kinds of files, as `stat` has them in a mode. */
const KINDS = { folder: 0o040000, file: 0o100000, link: 0o120000 }

const ALIGNMENT = 4
const LAST = "TRAILER!!!"

/** An entry's mode with its kind, as `stat` gives it. */
export function fullMode(entry: Entry): number {
  const kind = "isFolder" in entry ? "folder" : "data" in entry ? "file" : "link"
  return KINDS[kind] | entry.mode
}

/**
 * A cpio archive in the form "newc", which the payload of an RPM package is.
 * @param seconds the time that every entry bears
 */
export function* writeCpio(entries: Entry[], seconds: number): Generator<Uint8Array> {
  for (const [at, entry] of entries.entries()) {
    const data = bytesOf(entry)
    const links = "isFolder" in entry ? 2 : 1
    yield headerOf(`./${entry.path}`, [at + 1, fullMode(entry), 0, 0, links, seconds, data.length])
    yield data
    yield padding(data.length)
  }
  yield headerOf(LAST, [0, 0, 0, 0, 1, 0, 0])
}

/** @param fields inode, mode, user, group, links, time, size */
function headerOf(name: string, fields: number[]): Uint8Array {
  const numbers = [...fields, 0, 0, 0, 0, Buffer.byteLength(name) + 1, 0]
  const text = `070701${numbers.map((number) => number.toString(16).padStart(8, "0")).join("")}${name}\0`
  const bytes = Buffer.from(text)
  return Buffer.concat([bytes, padding(bytes.length)])
}

function padding(length: number): Uint8Array {
  return new Uint8Array((ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT)
}
