import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs"

/** One refused attempt, as a line of the file that `OPENCODE_OFFLINE_LOG` names. */
export interface LoggedDenial {
  /** ISO 8601, UTC. */
  time: string
  pid: number
  /** 0 is the main thread. */
  thread: number
  host: string
  port: number | null
  api: string
  /** Function, file, line and column of the code that called; null when it is not known. */
  caller: string | null
}

/** Adds a denial as a line. */
export function appendDenial(file: string, denial: LoggedDenial): void {
  appendLine(file, JSON.stringify(denial))
}

/** Adds a line. Whatever goes wrong is left alone: a log that cannot be written is no reason to stop OpenCode. */
export function appendLine(file: string, line: string): void {
  try {
    // Not to block: the name may be a pipe that nobody reads.
    const flags = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NONBLOCK
    const descriptor = openSync(file, flags, 0o600)
    try {
      writeSync(descriptor, `${line}\n`)
    } finally {
      closeSync(descriptor)
    }
  } catch {}
}

/** Bytes at the file's end that are looked at. */
const LOOKED_AT = 256 * 1024

/**
 * The last refusals in the file, oldest first. Lines that are none are left out.
 * @returns an empty list when there is no such file
 * @throws Node's error when it cannot be read
 */
export function readDenials(file: string, most: number): LoggedDenial[] {
  const lines = readEnd(file).split("\n")
  return lines.flatMap(parseLine).slice(-most)
}

function readEnd(file: string): string {
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

function parseLine(line: string): LoggedDenial[] {
  try {
    const { time, pid, thread, host, port, api, caller } = JSON.parse(line) as LoggedDenial
    const whole = [time, host, api].every((part) => typeof part === "string")
    return whole ? [{ time, pid, thread, host, port, api, caller }] : []
  } catch {
    return []
  }
}
