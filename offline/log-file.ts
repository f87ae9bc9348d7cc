import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs"
import path from "node:path"

/** At how many bytes a log is put aside. */
export const MAX_BYTES = 10 * 1000 * 1000

/** Files that were put aside and are kept; older ones are removed. */
const KEPT = 4

/**
 * Adds a line. A file that it would make longer than `maxBytes` is put aside, under its name and the time, and another one
 * begun. Where that is not possible, as the folder is not this user's, it grows.
 * @returns whether the whole line was written
 */
export function appendLine(file: string, line: string, maxBytes = MAX_BYTES): boolean {
  const bytes = Buffer.from(`${line}\n`)
  try {
    return withFile(file, (descriptor, stats) => {
      if (!stats.isFile() || stats.size === 0 || stats.size + bytes.length <= maxBytes)
        return write(descriptor, bytes)
      putAside(file, stats)
      return withFile(file, (another) => write(another, bytes))
    })
  } catch {
    return false
  }
}

/**
 * Opens the log as if to write to it.
 * @throws Node's error when that is not possible
 */
export function assureWritable(file: string): void {
  withFile(file, () => undefined)
}

/** Bytes at the file's end that are looked at. */
const LOOKED_AT = 256 * 1024

/**
 * The end of a log.
 * @returns "" when there is no such file, or it is no regular one
 * @throws Node's error when it cannot be read
 */
export function readEnd(file: string): string {
  try {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stat = fstatSync(descriptor)
      if (!stat.isFile()) return ""
      const bytes = Buffer.alloc(Math.min(stat.size, LOOKED_AT))
      const length = readSync(descriptor, bytes, 0, bytes.length, stat.size - bytes.length)
      return bytes.toString("utf8", 0, length)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return ""
    throw error
  }
}

function withFile<T>(file: string, use: (descriptor: number, stats: Stats) => T): T {
  // Not waited for: the name may be a pipe that nobody reads.
  const flags = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NONBLOCK
  const descriptor = openSync(file, flags, 0o600)
  try {
    return use(descriptor, fstatSync(descriptor))
  } finally {
    closeSync(descriptor)
  }
}

/** In one piece, so that lines of several processes do not mix. */
function write(descriptor: number, bytes: Buffer): boolean {
  return writeSync(descriptor, bytes) === bytes.length
}

/** Another process may do it at the same moment: each gives a name of its own, so no file replaces another. */
function putAside(file: string, { dev, ino }: Stats): void {
  try {
    const found = statSync(file)
    if (found.dev !== dev || found.ino !== ino) return
    renameSync(file, `${file}.${new Date().toISOString().replace(/[-:.]/g, "")}-${process.pid}`)
    const folder = path.dirname(file)
    const isAside = (name: string) =>
      name.startsWith(`${path.basename(file)}.`) &&
      /^\d{8}T\d{9}Z-\d+$/.test(name.slice(path.basename(file).length + 1))
    const aside = readdirSync(folder).filter(isAside).sort()
    for (const name of aside.slice(0, -KEPT)) unlinkSync(path.join(folder, name))
  } catch {}
}
