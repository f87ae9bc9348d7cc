import { OfflineError } from "../error.ts"
import { freeze, getWeak, hrefOf, setWeak } from "../primordials.ts"
import { type Outgoing, readProxy } from "./fetch-input.ts"

/** All that native code reads of a request's agent. */
export interface ShownAgent {
  keepAlive: unknown
  proxy: Outgoing["proxy"]
}

const given = new WeakMap<object, object>()

/**
 * What native code is shown of an agent: it is read once, and cannot change. An agent's `proxy` may be a getter, or the
 * agent a Proxy, which give another answer to native code than to what decides.
 * @throws OfflineError when it cannot be read
 */
export function showAgent(agent: unknown): ShownAgent | undefined {
  if ((typeof agent !== "object" && typeof agent !== "function") || agent === null) return undefined
  if (getWeak(given, agent)) return agent as ShownAgent
  try {
    const { keepAlive, proxy } = agent as { keepAlive: unknown; proxy: unknown }
    const shown: ShownAgent = freeze({ __proto__: null, keepAlive, proxy: readProxy(addressOf(proxy)) })
    setWeak(given, shown, agent)
    return shown
  } catch {
    throw new OfflineError(
      "node:http was blocked: OpenCode is offline, and the proxy of the request's agent cannot be read",
    )
  }
}

/** The agent that something was shown for; undefined when it was not made here. */
export function agentShownAs(shown: unknown): object | undefined {
  return typeof shown === "object" && shown !== null ? getWeak(given, shown) : undefined
}

/** As `node:http` does: the address of what has one, an URL or not, else the proxy itself. */
function addressOf(proxy: unknown): unknown {
  if (typeof proxy !== "object" || proxy === null) return proxy
  return hrefOf(proxy) ?? ((proxy as { href?: unknown }).href || proxy)
}
