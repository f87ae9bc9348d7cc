import { setTimeout as sleep } from "node:timers/promises"
import { Failure } from "../lib/errors.ts"

// Every limit of time there is for a run is decided here. They are for runs that hang, and never a verdict on one that
// works slowly: a run ends as hung when nothing happens in it any more (activity.ts), and at the far end by a cap.

/** Holds the scale, for this process and for those that it starts. */
export const SCALE_VARIABLE = "TIME_SCALE"

/** The option of commands that sets the scale. */
export const SCALE_OPTION = "--slow"

/** Nothing happened for so long: the run hangs. In milliseconds, on a machine of scale 1. */
const IDLE = 60_000

/** No run takes longer, whatever happens in it. */
const CAP = 600_000

/** How long a program may take to end when it is asked to (SIGTERM) before it is ended; there are some that do not. */
const GRACE = 2000

export interface Limits {
  scale: number
  idleMs: number
  capMs: number
  graceMs: number
  /** The planned end of a run that is only watched, when there is one. */
  windowMs?: number
}

/** The limits of a run on this machine. Throws a Failure when the variable holds no scale. */
export function readLimits(windowMs?: number): Limits {
  const scale = readScale()
  return {
    scale,
    idleMs: IDLE * scale,
    capMs: CAP * scale,
    graceMs: GRACE * scale,
    windowMs: windowMs === undefined ? undefined : windowMs * scale,
  }
}

/** The limits of a run in which nothing may happen for so long, whatever the machine: in milliseconds. The cap is as far away as ever. */
export function limitsOf(idleMs: number): Pick<Limits, "idleMs" | "capMs"> {
  return { idleMs, capMs: idleMs * (CAP / IDLE) }
}

/** How many times slower than the machine of the reference this one is; 1 when nobody has said. */
export function readScale(): number {
  const text = process.env[SCALE_VARIABLE]
  return text === undefined ? 1 : parseScale(text, SCALE_VARIABLE)
}

/** Reads a scale. Throws a Failure for what is not a number from 1 on. */
export function parseScale(text: string, from: string = SCALE_OPTION): number {
  const scale = Number(text)
  if (text.trim() !== "" && Number.isFinite(scale) && scale >= 1) return scale
  throw new Failure({
    what: `${from} does not take ${JSON.stringify(text)}`,
    why: "it multiplies the time limits of runs, so it is a number from 1 on",
    next: `${from === SCALE_OPTION ? `${from} 3` : `${from}=3`}, or leave it out to have it measured`,
  })
}

/** Sets the scale for this process and those that it starts. */
export function setScale(scale: number): void {
  process.env[SCALE_VARIABLE] = String(scale)
}

/**
 * A watch window: time in which something that nobody waits for (a packet, a timer's work) may happen. It is not a limit,
 * and its end is no failure.
 */
export async function watchFor(ms: number): Promise<void> {
  await sleep(ms * readScale())
}

export type LimitKind = "idle" | "cap"

/** Thrown for a run that a limit ended: it is not known what it would have done. */
export class TimeLimitError extends Error {
  override name = "TimeLimitError"
}

/** Thrown when something is waited for of a run whose watch window is over: a planned end. */
export class WindowOverError extends Error {
  override name = "WindowOverError"
}

/** The first line of a TimeLimitError. `doing` goes on with "while": `waiting for …`, `it ran`. */
export function describeLimit(kind: LimitKind, limits: Limits, doing: string): string {
  const seconds = Math.round((kind === "idle" ? limits.idleMs : limits.capMs) / 1000)
  const what = kind === "idle" ? `nothing happened for ${seconds} s` : `it took longer than ${seconds} s`
  const scale = Number(limits.scale.toFixed(2))
  return `time limit: ${what} while ${doing} (scale ${scale}; ${SCALE_OPTION} N or ${SCALE_VARIABLE}=N sets it)`
}
