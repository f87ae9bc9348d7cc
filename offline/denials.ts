import path from "node:path"
import type { LoggedAttempt } from "./denial-log.ts"
import { OfflineError, SettingError } from "./error.ts"
import type { Attempted } from "./guard/decide.ts"
import { type Facts, findFacts } from "./log-facts.ts"
import { appendLine, assureWritable } from "./log-file.ts"
import type { PolicyLog } from "./rulings.ts"
import { withSlashes } from "./system.ts"
import { tell } from "./tell.ts"

/** The part of upstream's `Log.create` that is used. */
type CreateLogger = (tags: { service: string }) => Logger

interface Logger {
  warn(message: string, extra: Record<string, unknown>): void
}

/** Where attempts are written, and what is said of them. */
export interface ReporterOptions {
  logs: readonly PolicyLog[]
  /** The folder that this code runs from, which is never the caller; with slashes, the last one at its end. */
  own: string
  /** The folder that OpenCode works in. */
  project: string
}

/** Is told of what the guard decided. */
export interface Reporter {
  /** Writes a refusal to OpenCode's log, and to the files, and tells the person. Never throws. */
  onDenied(attempt: Attempted, trace: Error, text?: string): void
  /**
   * Writes what was allowed to the files that have that, too; undefined when there is none.
   * @throws OfflineError when a log that the policy requires cannot be written
   */
  onAllowed?(attempt: Attempted, trace: Error): void
}

export function createReporter({ logs, own, project }: ReporterOptions): Reporter {
  let facts: Facts | undefined
  const write = (
    to: readonly PolicyLog[],
    event: LoggedAttempt["event"],
    attempt: Attempted,
    caller?: string,
  ) => {
    if (to.length === 0) return []
    facts ??= findFacts(project)
    const line = formatAttempt(event, attempt, caller, facts)
    return to.filter(({ file, maxBytes }) => !appendLine(file, line, maxBytes))
  }
  const all = logs.filter(({ allowed }) => allowed)
  return {
    onDenied(attempt, trace, text) {
      try {
        if (text !== undefined) tell(text)
        const caller = callerOf(trace.stack, own)
        write(logs, "denied", attempt, caller)
        warn("denied", { host: attempt.host, port: attempt.port, api: attempt.api, caller, why: text })
      } catch {}
    },
    onAllowed:
      all.length === 0
        ? undefined
        : (attempt, trace) => {
            const lost = write(all, "allowed", attempt, callerOf(trace.stack, own))
            const needed = lost.find(({ required }) => required)
            if (needed)
              throw new OfflineError(
                `${attempt.api} to ${attempt.host} was blocked: the policy is locked, and its log ${needed.file} cannot be written`,
              )
          },
  }
}

/** What a program was refused that the kernel holds. */
export interface ProgramDenial {
  /** Milliseconds since 1970. */
  time: number
  pid: number
  /** The program's name, as the kernel has it. */
  program: string
  /** The call. */
  api: string
  host: string
  port: number | null
}

/**
 * Writes what programs were refused to the files.
 * @param origin what switched offline on
 * @returns what writes one; never throws
 */
export function createProgramReporter(
  { logs, project }: Omit<ReporterOptions, "own">,
  origin: string,
): (denial: ProgramDenial) => void {
  let facts: Facts | undefined
  return ({ time, pid, program, api, host, port }) => {
    try {
      facts ??= findFacts(project)
      const attempt = {
        time,
        host,
        port: port ?? undefined,
        api: `${program}: ${api}`,
        rule: "default",
        origin,
      }
      const line = formatAttempt("denied", attempt, program, { ...facts, pid, thread: 0 })
      for (const { file, maxBytes } of logs) appendLine(file, line, maxBytes)
    } catch {}
  }
}

/** Writes what a program was refused to OpenCode's log. */
export function logProgramsDenial({ pid, program, api, host, port }: ProgramDenial): void {
  warn("denied", { host, port: port ?? undefined, api: `${program}: ${api}`, caller: program, pid })
}

/** No line is longer than what a pipe takes in one piece. */
const LONGEST = { host: 300, caller: 500 }

function formatAttempt(
  event: LoggedAttempt["event"],
  { time, host, port, api, rule, origin }: Attempted,
  caller: string | undefined,
  facts: Facts,
): string {
  const line: LoggedAttempt = {
    schema: 1,
    time: new Date(time).toISOString(),
    event,
    host: host.slice(0, LONGEST.host),
    port: port ?? null,
    api,
    rule: rule.slice(0, LONGEST.host),
    origin: origin.slice(0, LONGEST.caller),
    caller: caller?.slice(0, LONGEST.caller) ?? null,
    ...facts,
  }
  return JSON.stringify(line)
}

/**
 * The logs that are written: those of the policy, and the one that `OPENCODE_OFFLINE_LOG` names.
 * @throws SettingError when the policy is locked, and one of its own cannot be written: nothing is done unseen then
 */
export function openLogs(wanted: readonly PolicyLog[], env: NodeJS.ProcessEnv): PolicyLog[] {
  for (const { file, required } of wanted) if (required) assure(file)
  const users = logFile(env)
  const own = users === undefined || wanted.some(({ file }) => file === users)
  return own ? [...wanted] : [...wanted, { file: users, required: false }]
}

function assure(file: string): void {
  try {
    assureWritable(file)
  } catch (error) {
    throw new SettingError(
      `The policy is locked, and its log ${file} cannot be written (${(error as NodeJS.ErrnoException).code})`,
      "Ask who administers this machine: the file must be one that this user can add to.",
    )
  }
}

let logger: Logger | undefined
const waiting: Parameters<Logger["warn"]>[] = []

/** To be called when OpenCode's log of this thread goes where it is to go; what was refused before is written now. */
export function logDenials(create: CreateLogger): void {
  logger = create({ service: "offline" })
  for (const words of waiting.splice(0)) warn(...words)
}

/**
 * The same, where Effect's logger writes OpenCode's log: a line in its form is added to its file, and printed when the
 * log is. A level above warnings leaves it out.
 * @returns the file
 */
export function logDenialsTo(file: string): string {
  if (logger !== undefined || process.env.OPENCODE_LOG_LEVEL?.toUpperCase() === "ERROR") return file
  logDenials(({ service }) => ({
    warn(message, extra) {
      const line = formatLine({
        timestamp: new Date().toISOString(),
        level: "WARN",
        message,
        service,
        ...extra,
      })
      appendLine(file, line)
      if (process.env.OPENCODE_PRINT_LOGS === "1") process.stderr.write(`${line}\n`)
    },
  }))
  return file
}

function formatLine(fields: Record<string, unknown>): string {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined)
  return known.map(([key, value]) => `${key}=${quote(String(value))}`).join(" ")
}

function quote(value: string): string {
  return /^[^\s="\\]+$/.test(value) ? value : JSON.stringify(value)
}

/** The file that `OPENCODE_OFFLINE_LOG` names, absolute, or undefined. */
export function logFile(env: NodeJS.ProcessEnv): string | undefined {
  return env.OPENCODE_OFFLINE_LOG ? path.resolve(env.OPENCODE_OFFLINE_LOG) : undefined
}

/** Lines that are kept until there is a log; later ones are left out. */
const KEPT = 100

/** Writes a line to OpenCode's log, as soon as there is one. */
export function warn(message: string, fields: Record<string, unknown>): void {
  if (logger) logger.warn(message, fields)
  else if (waiting.length < KEPT) waiting.push([message, fields])
}

/**
 * The innermost frame of a stack that is neither this code nor the runtime's.
 * @returns such as `download src/index.js:12:3`, or undefined
 */
export function callerOf(
  stack: unknown,
  own: string,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  if (typeof stack !== "string") return undefined
  for (const line of stack.split("\n")) {
    const [, name, place = ""] = /^\s+at (?:(.*) \()?(.*?)\)?$/.exec(line) ?? []
    if (
      !/:\d+$/.test(place) ||
      withSlashes(place, platform).startsWith(own) ||
      /^(node|bun|native|internal)\b/.test(place)
    )
      continue
    return name && name !== "<anonymous>" ? `${name} ${place}` : place
  }
  return undefined
}
