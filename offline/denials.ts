import path from "node:path"
import { appendDenial, appendLine } from "./denial-log.ts"
import { builtin } from "./guard/builtin.ts"
import type { Denial } from "./guard/decide.ts"
import { withSlashes } from "./system.ts"

/** The part of upstream's `Log.create` that is used. */
type CreateLogger = (tags: { service: string }) => Logger

interface Logger {
  warn(message: string, extra: Record<string, unknown>): void
}

/**
 * Writes each refusal to OpenCode's log, and to a file if there is one. Never throws.
 * @param file what `OPENCODE_OFFLINE_LOG` names, absolute
 * @param own the folder that this code runs from, which is never the caller; with slashes, the last one at its end
 */
export function createReporter(file: string | undefined, own: string) {
  return (denial: Denial, trace: Error): void => {
    try {
      const { time, host, port, api } = denial
      const caller = callerOf(trace.stack, own)
      if (file !== undefined) {
        const { threadId } = builtin<typeof import("node:worker_threads")>("node:worker_threads")
        appendDenial(file, {
          time: new Date(time).toISOString(),
          pid: process.pid,
          thread: threadId,
          host,
          port: port ?? null,
          api,
          caller: caller ?? null,
        })
      }
      log({ host, port, api, caller })
    } catch {}
  }
}

let logger: Logger | undefined
const waiting: Record<string, unknown>[] = []

/** To be called when OpenCode's log of this thread goes where it is to go; what was refused before is written now. */
export function logDenials(create: CreateLogger): void {
  logger = create({ service: "offline" })
  for (const denial of waiting.splice(0)) log(denial)
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

/** Refusals that are kept until there is a log; later ones are left out. */
const KEPT = 100

function log(denial: Record<string, unknown>): void {
  if (logger) logger.warn("denied", denial)
  else if (waiting.length < KEPT) waiting.push(denial)
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
