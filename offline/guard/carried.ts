import type { Readable } from "node:stream"
import { bracketed } from "../policy/host.ts"
import {
  apply,
  defineProperty,
  deleteProperty,
  getPrototypeOf,
  getWeak,
  hrefOf,
  indexOf,
  PrivateSearchParams,
  parseUrl,
  plain,
  setPrototypeOf,
  setWeak,
  slice,
  toObject,
  toText,
  withHostname,
} from "../primordials.ts"
import { builtin } from "./builtin.ts"
import { guardWs } from "./carried-ws.ts"
import type { Decide } from "./decide.ts"
import { withHost } from "./fetch-elsewhere.ts"
import type { CheckProxy } from "./proxy.ts"
import { portOf } from "./url.ts"

type Exports = Record<string, unknown> & { default?: unknown }
type Call = (...args: unknown[]) => unknown
type Constructor = new (...args: unknown[]) => object

/**
 * Bun answers itself for some packages (`undici`, `node-fetch`, `ws` and others), whatever is in node_modules, with functions
 * that hold the native ones. Whoever imports or requires them, as ordinary packages do, by whatever name, gets guarded ones.
 * To be called when `fetch` and `WebSocket` are guarded already.
 */
export function interceptCarried(decide: Decide, checkProxy: CheckProxy): void {
  const { fetch, WebSocket } = globalThis as unknown as { fetch: Call; WebSocket: Constructor }
  const undici = builtin<Exports | undefined>("undici")
  if (undici) {
    const request = guardRequest(undici.request as Call, decide, checkProxy)
    for (const exports of [undici, undici.default as Exports])
      Object.assign(exports, { fetch, WebSocket, request })
  }
  replaceFunction("node-fetch", (native) => nodeFetchLike(fetch, native.Response as Constructor))
  replaceFunction(
    "isomorphic-fetch",
    () =>
      (...args) =>
        apply(fetch, undefined, args),
  )
  replaceFunction("@vercel/fetch", (native) => vercelFetch(native as unknown as Call, fetch))
  const ws = builtin<Exports | undefined>("ws")
  if (ws) replaceExports("ws", ws, guardWs(ws as never, decide) as unknown as Exports)
  keepReplaced()
}

/** What is guarded, by the native exports in whose place it stands, and the modules that `require` finds it by. */
const replaced = new WeakMap<object, unknown>()
const modules: Record<string, unknown> = { __proto__: null }

/** A package that is a function, which cannot be exchanged where it is kept; its other members are those of the native one. */
function replaceFunction(name: string, guard: (native: Exports) => Call): void {
  const native = builtin<Exports | undefined>(name)
  if (!native) return
  const call = guard(native)
  const fetch = native.fetch === undefined ? {} : { fetch: call }
  replaceExports(name, native, Object.assign(call, native, { default: call, ...fetch }))
}

/** `import` takes the properties of what the runtime keeps, so those are exchanged; `require` gives what is kept itself. */
function replaceExports(name: string, native: Exports, guarded: Exports): void {
  Object.assign(native, { default: guarded })
  for (const member of ["fetch", "WebSocket"]) if (native[member] !== undefined) native[member] = guarded
  const { Module } = builtin<typeof import("node:module")>("node:module")
  modules[name] = Object.assign(new Module(name), { exports: guarded, loaded: true })
  setWeak(replaced, native, guarded)
}

/**
 * `require` gives what stands in its cache ahead of what the runtime keeps: a module that is deleted there comes back. What
 * gives builtins by name gives the guarded one, too.
 */
function keepReplaced(): void {
  const { Module, createRequire } = builtin<typeof import("node:module")>("node:module")
  const holder = Module as unknown as { _cache: Record<string, unknown> }
  const native = holder._cache
  const cache = new Proxy(native, {
    deleteProperty(target, name) {
      const isDeleted = deleteProperty(target, name)
      if (typeof name === "string" && name in modules) target[name] = modules[name]
      return isDeleted
    },
  })
  for (const name in modules) native[name] = modules[name]
  holder._cache = cache
  defineProperty(getPrototypeOf(createRequire("/")), "cache", {
    value: cache,
    writable: true,
    configurable: true,
    enumerable: true,
  })
  const get = process.getBuiltinModule as Call
  process.getBuiltinModule = function getBuiltinModule(name: string) {
    const found = apply(get, process, [name]) as object | undefined
    return ((found && getWeak(replaced, found)) ?? found) as never
  }
}

/** It wraps the `fetch` that it is given, else the runtime's own. */
function vercelFetch(native: Call, fetch: Call): Call {
  return (wrapped = fetch) => native(wrapped)
}

/** Redirects are left to the caller, as is undici's own default. */
export function guardRequest(native: Call, decide: Decide, checkProxy: CheckProxy): Call {
  return async function request(url: unknown, given?: unknown) {
    const { query, ...options } = plain<Record<string, unknown>>(toObject(given) as never)
    const text = typeof url === "object" && url ? (hrefOf(url) ?? toText(url)) : toText(url)
    const target = parseUrl(query ? withQuery(text, query as Record<string, string>) : text)
    if (!target) throw new TypeError(`url is invalid: ${text}`)
    const hostname = bracketed(decide({ host: target.hostname, port: portOf(target), api: "undici" }))
    checkProxy(plain(target, { hostname }), undefined, "undici")
    const more: Record<string, unknown> = { __proto__: null, maxRedirections: 0 }
    if (hostname === target.hostname) return apply(native, undefined, [target.href, plain(options, more)])
    more.headers = withHost(options.headers as RequestInit["headers"], target)
    return apply(native, undefined, [withHostname(target.href, hostname), plain(options, more)])
  }
}

/** Put there ahead of the decision: native code would use what a program can exchange. */
function withQuery(address: string, query: Record<string, string>): string {
  const text = toText(new PrivateSearchParams(query))
  const hash = indexOf(address, "#")
  const head = hash === -1 ? address : slice(address, 0, hash)
  const question = indexOf(head, "?")
  return `${question === -1 ? head : slice(head, 0, question)}?${text}`
}

/** `node-fetch` takes streams of Node's for a body, and its responses have methods of their own. */
export function nodeFetchLike(fetch: Call, Response: Constructor): Call {
  return async function nodeFetch(url: unknown, init?: unknown) {
    const options = plain<{ body?: unknown }>(toObject(init))
    const { body } = options as { body?: Readable }
    const { Readable } = builtin<typeof import("node:stream")>("node:stream")
    if (typeof body?.pipe === "function") options.body = Readable.toWeb(body)
    const response = (await fetch(url, options)) as object
    return setPrototypeOf(response, Response.prototype)
  }
}
