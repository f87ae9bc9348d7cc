import { OfflineError } from "../error.ts"
import {
  apply,
  construct,
  defineProperty,
  getPrototypeOf,
  hrefOf,
  isArray,
  plain,
  setPrototypeOf,
  toObject,
  toText,
} from "../primordials.ts"
import type { Decide } from "./decide.ts"
import { decideOnOptions, decideOnUrl } from "./websocket.ts"

type Constructor = new (...args: unknown[]) => object

/**
 * The class of the runtime's own `ws`, which holds the native `WebSocket`. It is kept where it cannot be exchanged, and only
 * what it inherits from can be: so constructing one asks there whether this very call was decided on.
 */
export function guardWs(Native: Constructor, decide: Decide): Constructor {
  const Parent = getPrototypeOf(Native) as Constructor
  let decided: unknown
  function Gate(this: unknown): object {
    if (new.target === undefined || new.target !== decided)
      throw new OfflineError(
        "ws was blocked: OpenCode is offline, and this is a class that could not be guarded",
      )
    decided = undefined
    return construct(Parent, [], new.target as never)
  }
  setPrototypeOf(Gate, Parent)
  Gate.prototype = Parent.prototype
  setPrototypeOf(Native, Gate)
  const Guarded = new Proxy(Native, {
    construct(target, args, newTarget) {
      const url = args[0]
      const protocols = args[1]
      const given = args[2]
      const isList = protocols === undefined || typeof protocols === "string" || isArray(protocols)
      const text = typeof url === "object" && url ? (hrefOf(url) ?? toText(url)) : toText(url)
      const options = decideOnOptions(withoutAgent(isList ? given : protocols), decide)
      const list = isList ? (decideOnOptions(protocols, decide) as unknown) : []
      // A class for this one call: code of the program that runs during it cannot name it.
      function Once() {}
      Once.prototype = newTarget.prototype
      const dial = decideOnUrl(text, options, decide)
      decided = Once
      try {
        return construct(target, [dial.address, list, dial.options], Once as never)
      } finally {
        decided = undefined
      }
    },
  })
  defineProperty(Native.prototype, "constructor", { value: Guarded, writable: true, configurable: true })
  return Guarded
}

/** What is taken of an agent, as the runtime's `ws` takes it: its proxy becomes the connection's own, which is decided on. */
function withoutAgent(given: unknown): Record<string, unknown> {
  const options = plain<Record<string, unknown>>(toObject(given) as Record<string, unknown>)
  const agent = options.agent as Record<string, unknown> | null | undefined
  options.agent = undefined
  if (typeof agent !== "object" || !agent) return options
  const connect = (agent.connectOpts || agent.options) as Record<string, unknown> | undefined
  const proxy = connect?.proxy || agent.proxy
  const url = (proxy as { href?: unknown } | undefined)?.href || proxy
  const { proxyHeaders } = agent
  const headers = typeof proxyHeaders === "function" ? apply(proxyHeaders as never, agent, []) : proxyHeaders
  if (url) options.proxy ||= headers ? { url, headers } : url
  const { rejectUnauthorized, ca, cert, key, passphrase } = plain<Record<string, unknown>>(
    toObject(connect) as Record<string, unknown>,
  )
  if (connect) options.tls ||= { rejectUnauthorized, ca, cert, key, passphrase }
  return options
}
