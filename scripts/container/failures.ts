import { Failure } from "../lib/errors.ts"

/**
 * The error for a file that is not laid out as this project knows it.
 * @param field the name of what was read: `module 3: contents: offset`
 * @param value what is there
 * @param expected what it has to be, or the limit: `at most 4096`
 */
export function unrecognised(field: string, value: unknown, expected: string): Failure {
  return new Failure({
    what: `The executable's module graph is not recognised: ${field} is ${show(value)}`,
    why: `it must be ${expected}`,
    next: "take the executable afresh from the npm package of a release that pins/ names",
  })
}

/** The error for an edit that would make a graph which cannot be written. */
export function refused(what: string, why: string, next: string): Failure {
  return new Failure({ what, why, next })
}

/** Text from a file may be long, and may hold what a terminal obeys. */
function show(value: unknown): string {
  if (typeof value !== "string") return String(value)
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
}
