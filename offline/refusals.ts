import { OfflineError } from "./error.ts"

/** How far down an error's causes are looked for: upstream's own wrap three deep. */
const DEPTH = 8

/** What a person is told of an error that is, or was caused by, a refusal of the policy; undefined for any other. */
export function refusalText(error: unknown): string | undefined {
  let current = error
  for (let depth = 0; depth < DEPTH && current instanceof Error; depth++) {
    if (current instanceof OfflineError) return current.message
    current = current.cause
  }
  return undefined
}

/**
 * An answer that says nothing (`{}`) in place of one that was refused; a line says so, except on the TUI's screen.
 * @throws whatever else the request fails with
 */
export async function orWithout(request: () => Promise<Response>): Promise<Response> {
  try {
    return await request()
  } catch (error) {
    const text = refusalText(error)
    if (text === undefined) throw error
    if (Bun.isMainThread) process.stderr.write(`! Going on without it: ${text}\n`)
    return Response.json({})
  }
}
