import { OfflineError } from "../error.ts"
import { bracketed } from "../policy/host.ts"
import {
  apply,
  construct,
  defineProperty,
  getPrototypeOf,
  hrefOf,
  isArray,
  parseUrl,
  plain,
  toText,
  withHostname,
} from "../primordials.ts"
import { builtin } from "./builtin.ts"
import type { Decide } from "./decide.ts"
import type { CheckProxy } from "./proxy.ts"
import { portOf } from "./url.ts"
import { decideOnOptions, decideOnUrl } from "./websocket.ts"

type Exports = Record<string, unknown> & { default?: unknown }
type Call = (...args: unknown[]) => unknown
type Constructor = new (...args: unknown[]) => object

/**
 * Bun carries its own `undici`, `node-fetch` and `ws`, which hold the native functions: whoever imports these packages,
 * as some providers' do, gets those, whatever is in node_modules. Their exports are replaced ahead of the first import.
 * To be called when `fetch` and `WebSocket` are guarded already.
 */
export function interceptCarried(decide: Decide, checkProxy: CheckProxy): void {
  const { fetch, WebSocket } = globalThis
  const undici = builtin<Exports | undefined>("undici")
  if (undici) {
    const request = guardRequest(undici.request as Call, decide, checkProxy)
    for (const exports of [undici, undici.default as Exports])
      Object.assign(exports, { fetch, WebSocket, request })
  }
  const nodeFetch = builtin<Exports | undefined>("node-fetch")
  if (nodeFetch) {
    const guarded = nodeFetchLike(fetch as Call, nodeFetch.Response as Constructor)
    Object.assign(nodeFetch, { fetch: guarded, default: guarded })
    replaceFunction("node-fetch", Object.assign(guarded, nodeFetch))
  }
  replaceFunction(
    "isomorphic-fetch",
    Object.assign((...args: unknown[]) => (fetch as Call)(...args), { fetch }),
  )
  replaceFunction("@vercel/fetch", vercelFetch(builtin<Call | undefined>("@vercel/fetch"), fetch as Call))
  const ws = builtin<Exports | undefined>("ws")
  if (ws) Object.assign(ws, guardWs(ws as unknown as Constructor, decide))
}

/**
 * These packages are a function, which cannot be exchanged where it is kept; `require` gives what stands in its cache
 * ahead of that. To be exchanged for `import`, it has to be the default of the one that is kept.
 */
function replaceFunction(name: string, guarded: Call | undefined): void {
  const native = builtin<Exports | undefined>(name)
  if (!native || !guarded) return
  Object.assign(guarded, { default: guarded })
  Object.assign(native, { default: guarded, ...(native.fetch !== undefined && { fetch: guarded }) })
  const { Module } = builtin<typeof import("node:module")>("node:module")
  const module = new Module(name)
  Object.assign(module, { exports: guarded, loaded: true })
  ;(Module as unknown as { _cache: Record<string, unknown> })._cache[name] = module
}

/** It wraps the `fetch` that it is given, else the runtime's own. */
function vercelFetch(native: Call | undefined, fetch: Call): Call | undefined {
  return native && ((wrapped = fetch) => native(wrapped))
}

/** Redirects are left to the caller, as is undici's own default. */
function guardRequest(native: Call, decide: Decide, checkProxy: CheckProxy): Call {
  return async function request(url: unknown, options?: unknown) {
    const text = typeof url === "object" && url ? (hrefOf(url) ?? toText(url)) : toText(url)
    const target = parseUrl(text)
    if (!target) throw new TypeError(`url is invalid: ${text}`)
    const host = bracketed(decide({ host: target.hostname, port: portOf(target), api: "undici" }))
    checkProxy(target, undefined, "undici")
    const address = host === target.hostname ? target.href : withHostname(target.href, host)
    return apply(native, undefined, [address, plain(Object(options), { maxRedirections: 0 })])
  }
}

/** `node-fetch` takes streams of Node's for a body, and its responses have methods of their own. */
function nodeFetchLike(fetch: Call, Response: Constructor): Call {
  return async function nodeFetch(url: unknown, init?: unknown) {
    const options = plain<{ body?: unknown }>(Object(init))
    const { Readable } = builtin<typeof import("node:stream")>("node:stream")
    if (options.body instanceof Readable) options.body = Readable.toWeb(options.body)
    const response = (await fetch(url, options)) as object
    return Object.setPrototypeOf(response, Response.prototype)
  }
}

/**
 * `require("ws")` gives the class itself, which cannot be exchanged, only what it inherits from: so constructing one asks
 * there whether it was decided on.
 */
function guardWs(Native: Constructor, decide: Decide): { default: Constructor; WebSocket: Constructor } {
  const Parent = getPrototypeOf(Native) as Constructor
  let decided = false
  function Gate(this: unknown): object {
    if (!decided)
      throw new OfflineError(
        'ws was blocked: OpenCode is offline; `import WebSocket from "ws"` follows the policy',
      )
    decided = false
    return construct(Parent, [], new.target as never)
  }
  Object.setPrototypeOf(Gate, Parent)
  Gate.prototype = Parent.prototype
  Object.setPrototypeOf(Native, Gate)
  const Guarded = new Proxy(Native, {
    construct(target, [url, protocols, given], newTarget) {
      const isList = protocols === undefined || typeof protocols === "string" || isArray(protocols)
      const options = withoutAgent(isList ? given : protocols)
      const text = typeof url === "object" && url ? (hrefOf(url) ?? toText(url)) : toText(url)
      const dial = decideOnUrl(text, decideOnOptions(options, decide), decide)
      decided = true
      try {
        return construct(target, [dial.address, isList ? protocols : [], dial.options], newTarget)
      } finally {
        decided = false
      }
    },
  })
  defineProperty(Native.prototype, "constructor", { value: Guarded, writable: true, configurable: true })
  return { default: Guarded, WebSocket: Guarded }
}

/** An agent's proxy becomes the connection's own, which is decided on. */
function withoutAgent(given: unknown): Record<string, unknown> {
  const options = plain<Record<string, unknown>>(Object(given))
  if (typeof options.agent !== "object" || !options.agent) return options
  const agent = plain(options.agent as Record<string, unknown>)
  options.proxy ??= agent.proxy
  options.agent = plain(agent, { proxy: undefined })
  return options
}
