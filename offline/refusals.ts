import { OfflineError } from "./error.ts"

/** Whether an error says that the policy did not allow something. */
export function isRefusal(error: unknown): error is OfflineError {
  return error instanceof OfflineError
}

/**
 * An answer that says nothing (`{}`) in place of one that was refused; a line says so, except on the TUI's screen.
 * @throws whatever else the request fails with
 */
export async function orWithout(request: () => Promise<Response>): Promise<Response> {
  try {
    return await request()
  } catch (error) {
    if (!isRefusal(error)) throw error
    if (Bun.isMainThread) process.stderr.write(`! Going on without it: ${error.message}\n`)
    return Response.json({})
  }
}
