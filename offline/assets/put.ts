import { createHash, randomUUID } from "node:crypto"
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"

/** What a file must hold. */
export interface Expected {
  /** Hex. */
  sha256: string
  bytes: number
}

export function isExpected(found: Uint8Array, { sha256, bytes }: Expected): boolean {
  return found.length === bytes && createHash("sha256").update(found).digest("hex") === sha256
}

/**
 * Sees to it that `file` holds what is expected, is this user's, and can be run. A file that is
 * already there is read and hashed; any other than the expected one is replaced. It is written beside and renamed, so
 * that two processes at once, or a killed one, leave a whole file or none.
 * @throws Error when it cannot be written, or lies where nothing can be run
 */
export function putExecutable(file: string, expected: Expected, contents: () => Uint8Array): void {
  const written = !holds(file, expected)
  if (written) replaceFile(file, expected, contents())
  try {
    requireRunnable(file)
  } catch (error) {
    if (written) rmSync(file, { force: true })
    throw error
  }
}

/**
 * Sees whether {@link putExecutable} could do its work, by an empty program that goes again. One that is there already is
 * not read.
 * @throws Error when it could not
 */
export function tryExecutable(file: string, { bytes }: Pick<Expected, "bytes">): void {
  const there = statSync(file, { throwIfNoEntry: false })
  const isThere = there?.isFile() && there.size === bytes
  const tried = isThere ? file : `${file}.${process.pid}-${crypto.randomUUID()}`
  try {
    if (!isThere) closeSync(openSync(tried, "wx", MODE))
    requireRunnable(tried)
  } finally {
    if (!isThere) rmSync(tried, { force: true })
  }
}

/** Fails on a file system that is mounted noexec, whoever asks. */
function requireRunnable(file: string): void {
  try {
    accessSync(file, constants.X_OK)
  } catch (error) {
    const mount = noexecMount(file)
    const why = mount ? `: ${mount} is mounted noexec` : ` (${(error as Error).message})`
    throw new Error(`programs cannot be run from there${why}`)
  }
}

/** The mount that a file lies on, where nothing can be run from that; undefined where it is not known. */
function noexecMount(file: string): string | undefined {
  try {
    return findNoexec(realpathSync(file), readFileSync("/proc/self/mountinfo", "utf8"))
  } catch {
    return undefined
  }
}

/**
 * @param file absolute, without links
 * @param mounts as Linux lists them in /proc/self/mountinfo: the last one that a path is below holds
 */
export function findNoexec(file: string, mounts: string): string | undefined {
  const points = mounts.split("\n").flatMap((line) => {
    const [, , , , point, options] = line.split(" ")
    if (point === undefined || options === undefined) return []
    const name = point.replace(/\\([0-7]{3})/g, (_, digits) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    )
    return [{ name, isNoexec: options.split(",").includes("noexec") }]
  })
  const above = points.filter(({ name }) => file === name || file.startsWith(name.replace(/\/?$/, "/")))
  const nearest = above.reduce<(typeof above)[0] | undefined>(
    (best, point) => (best && best.name.length > point.name.length ? best : point),
    undefined,
  )
  return nearest?.isNoexec ? nearest.name : undefined
}

const MODE = 0o700
/** Windows has no modes. */
const HAS_MODES = process.platform !== "win32"

/** Whether a file is there already, as expected, and can be run as it is. Nothing of it is changed. */
export function isRunnable(file: string, expected: Expected): boolean {
  try {
    requireRunnable(file)
  } catch {
    return false
  }
  return holds(file, expected, () => {})
}

function holds(file: string, expected: Expected, setMode = giveMode): boolean {
  let descriptor: number | undefined
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const status = fstatSync(descriptor)
    if (!status.isFile() || status.size !== expected.bytes || !isExpected(readFileSync(descriptor), expected))
      return false
    setMode(descriptor, status.mode)
    return true
  } catch {
    return false
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function giveMode(descriptor: number, mode: number): void {
  if (HAS_MODES && (mode & 0o777) !== MODE) fchmodSync(descriptor, MODE)
}

function replaceFile(file: string, expected: Expected, contents: Uint8Array): void {
  const beside = `${file}.${process.pid}-${randomUUID()}`
  try {
    const descriptor = openSync(beside, "wx", MODE)
    try {
      writeFileSync(descriptor, contents)
      if (HAS_MODES) fchmodSync(descriptor, MODE)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(beside, file)
  } catch (error) {
    rmSync(beside, { force: true })
    // On Windows a program that runs cannot be replaced; another process may have put the very same there meanwhile.
    if (!holds(file, expected)) throw error
  }
}
