import { OfflineError } from "./error.ts"
import { isTold } from "./tell.ts"

/** How far down an error's causes are looked for: upstream's own wrap three deep. */
const DEPTH = 8

/** The name of the error, and of the body of an answer that is one. */
const NAME = "OfflineError"

/**
 * What a person is told of an error that is, or was caused by, a refusal of the policy, or of the body in which a server
 * answers with one; undefined for any other.
 */
export function refusalText(error: unknown): string | undefined {
  const { name, data } = (error ?? {}) as { name?: unknown; data?: { message?: unknown } }
  if (!(error instanceof Error) && name === NAME && typeof data?.message === "string") return data.message
  const refusal = refusalIn(error)
  if (!refusal) return undefined
  const text = OfflineError.forPerson(refusal)
  isTold(text)
  return text
}

/** The same without the setting that would allow it, for what a model reads; undefined when it is no refusal. */
export function refusalForModel(error: unknown): string | undefined {
  return refusalIn(error)?.message
}

function refusalIn(error: unknown): OfflineError | undefined {
  let current = error
  for (let depth = 0; depth < DEPTH && current instanceof Error; depth++) {
    if (current instanceof OfflineError) return current
    current = current.cause
  }
  return undefined
}

/** The body of an HTTP answer that is a refusal, in the shape of upstream's named errors. */
export function refusalBody(error: unknown) {
  return { name: NAME, data: { message: refusalText(error) } }
}

/** Says of an error that is a refusal, except on the TUI's screen, that what was asked for is left out. */
export function goesOn(error: unknown): boolean {
  const text = refusalText(error)
  if (text !== undefined && Bun.isMainThread) process.stderr.write(`! Going on without it: ${text}\n`)
  return text !== undefined
}

/**
 * What is read of an answer of Effect's HTTP client that says nothing.
 * @param succeed Effect's
 */
export function emptyResponse<E>(succeed: (value: unknown) => E) {
  return { headers: {}, text: succeed("{}"), json: succeed({}) }
}

/**
 * An answer that says nothing (`{}`) in place of one that was refused; a line says so, except on the TUI's screen.
 * @throws whatever else the request fails with
 */
export async function orWithout(request: () => Promise<Response>): Promise<Response> {
  try {
    return await request()
  } catch (error) {
    if (!goesOn(error)) throw error
    return Response.json({})
  }
}
