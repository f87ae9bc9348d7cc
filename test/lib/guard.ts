import {
  createDecide,
  createExplainPort,
  type DecideOptions,
  type Denial,
} from "../../offline/guard/decide.ts"
import { createPolicy } from "../../offline/policy.ts"

/** The decision of a policy that allows `ok.example`, 192.0.2.0/24 and port 8, beside loopback. */
export function deciding(kernel?: DecideOptions["kernel"]) {
  const denied: Denial[] = []
  const allow = ["ok.example", "192.0.2.0/24", "127.0.0.1:8"].map((text) => ({ text, origin: "a test" }))
  const policy = createPolicy(allow)
  const onDenied = (one: Denial) => void denied.push(one)
  const options: DecideOptions = { policy, origin: "a test", userConfig: "", kernel, onDenied }
  return { denied, decide: createDecide(options), explainPort: createExplainPort(options) }
}

/** A native function that is injected: it keeps what it is called with. */
export function recording<T>(result?: T): { calls: unknown[][]; native: (...args: unknown[]) => T } {
  const calls: unknown[][] = []
  return {
    calls,
    native: (...args) => {
      calls.push(args)
      return result as T
    },
  }
}

/** What a refusal is known by. */
export const refusal: object = { code: "ERR_OPENCODE_OFFLINE" }
