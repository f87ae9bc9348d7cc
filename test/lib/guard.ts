import { createDecide, type Decide, type Denial } from "../../offline/guard/decide.ts"
import { createPolicy } from "../../offline/policy.ts"

/** The decision of a policy that allows `ok.example`, and 192.0.2.0/24, beside loopback. */
export function deciding(): { decide: Decide; denied: Denial[] } {
  const denied: Denial[] = []
  const allow = ["ok.example", "192.0.2.0/24"].map((text) => ({ text, origin: "a test" }))
  const policy = createPolicy(allow)
  return {
    denied,
    decide: createDecide({ policy, origin: "a test", userConfig: "", onDenied: (one) => denied.push(one) }),
  }
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
