import type { AuditContext } from "../../scripts/audit/scenario.ts"
import type { IsolatedContext, IsolatedOptions, IsolatedResult } from "../../scripts/harness/run-opencode.ts"
import { serverUrl } from "../../scripts/harness/scenarios.ts"

export interface ServerContext extends IsolatedContext {
  /** Sends a request to the server, with a JSON body if any. */
  ask(method: string, path: string, init?: RequestInit): Promise<{ status: number; text: string }>
}

/** Starts `serve`, waits for it, acts, and ends it. */
export function serve(
  isolated: AuditContext["isolated"],
  options: Omit<IsolatedOptions, "executable" | "mode" | "during">,
  during: (context: ServerContext) => Promise<void>,
): Promise<IsolatedResult> {
  return isolated({
    args: ["serve", "--port", new URL(serverUrl).port],
    provider: true,
    ...options,
    async during(context) {
      await context.waitForServer(`${serverUrl}/global/health`)
      await during({ ...context, ask: (method, path, init) => ask(context, method, path, init) })
    },
  })
}

async function ask({ fetch }: IsolatedContext, method: string, path: string, init: RequestInit = {}) {
  const headers = { "content-type": "application/json", ...init.headers }
  const response = await fetch(serverUrl + path, { ...init, method, headers })
  return { status: response.status, text: await response.text() }
}
