import type { AuditContext } from "../../scripts/audit/scenario.ts"
import { serverUrl } from "../../scripts/harness/scenarios.ts"
import { waitForServer } from "../../scripts/isolation/control-client.ts"
import type { IsolatedContext, IsolatedOptions, IsolatedResult } from "../../scripts/isolation/isolated.ts"

export interface ServerContext extends IsolatedContext {
  /** Sends a request to the server, with a JSON body if any, and waits 20 seconds at most for the answer. */
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
    timeoutMs: 120_000,
    ...options,
    async during(context) {
      await waitForServer(context, `${serverUrl}/global/health`, 60_000)
      await during({ ...context, ask: (method, path, init) => ask(context, method, path, init) })
    },
  })
}

async function ask({ fetch }: IsolatedContext, method: string, path: string, init: RequestInit = {}) {
  const headers = { "content-type": "application/json", ...init.headers }
  const signal = AbortSignal.timeout(20_000)
  const response = await fetch(serverUrl + path, { ...init, method, headers, signal })
  return { status: response.status, text: await response.text() }
}
