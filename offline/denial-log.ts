import { readEnd } from "./log-file.ts"

/** An attempt to connect, as a line of a log: docs/log.schema.json. */
export interface LoggedAttempt {
  /** The version of this form. */
  schema: 1
  /** ISO 8601, UTC. */
  time: string
  event: "denied" | "allowed"
  host: string
  /** null when there is none, as in a DNS query. */
  port: number | null
  /** The API that was called, for people. */
  api: string
  /** The entry that decided: the one that allows it, or the one that asks for it in vain; "default" when none names it. */
  rule: string
  /** Where that entry stands; for "default", what switched offline on. */
  origin: string
  /** Function, file, line and column of the code that called; null when it is not known. */
  caller: string | null
  /** The machine's host name. */
  machine: string
  /** The name that the system's list of users has, or `uid` and the number. */
  user: string
  /** The folder that OpenCode was started in, or for. */
  project: string
  pid: number
  /** 0 is the main thread. */
  thread: number
  /** Upstream's version; null when it is not known. */
  version: string | null
  /** Of the executable's bytes; null when they could not be read. */
  sha256: string | null
}

/**
 * The last refusals in the file, oldest first. Lines that are none are left out.
 * @returns an empty list when there is no such file
 * @throws Node's error when it cannot be read
 */
export function readDenials(file: string, most: number): LoggedAttempt[] {
  return readEnd(file).split("\n").flatMap(parseLine).slice(-most)
}

function parseLine(line: string): LoggedAttempt[] {
  try {
    const attempt = JSON.parse(line) as LoggedAttempt
    const whole = [attempt.time, attempt.host, attempt.api].every((part) => typeof part === "string")
    return whole && attempt.event !== "allowed" ? [attempt] : []
  } catch {
    return []
  }
}
