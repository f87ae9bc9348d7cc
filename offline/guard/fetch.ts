import { OfflineError } from "../error.ts"
import { apply, defineProperty, hrefOf, parseUrl, reject, toText, type UrlParts } from "../primordials.ts"
import type { Decide } from "./decide.ts"
import { cloneRequest, isRequest, type Outgoing, proxyOf, readRequest, snapshotInit } from "./fetch-input.ts"
import { followRedirects } from "./fetch-redirects.ts"
import type { CheckProxy } from "./proxy.ts"
import { portOf } from "./url.ts"

/** Sends one request to an address that was decided on, and follows nothing. */
export type Send = (target: UrlParts, init: Outgoing, request?: Request) => Promise<Response>

type Fetch = typeof globalThis.fetch

/**
 * `fetch` decides on the host of the first request and of every redirect, and on the proxy. What is sent is what was
 * decided on: the address in its canonical spelling, the options as they were read once.
 * `Bun.fetch` cannot be replaced from here (read-only, on a read-only global): the series rewrites its uses.
 */
export function interceptFetch(decide: Decide, checkProxy: CheckProxy): void {
  const native = globalThis.fetch
  const guarded = createGuardedFetch(native, decide, checkProxy)
  const preconnect = native.preconnect
  if (preconnect) {
    guarded.preconnect = (input, ...rest) => {
      const target = readTarget(input)
      decideOnTarget(target, {}, decide, checkProxy, "fetch.preconnect")
      return preconnect(target.href, ...rest)
    }
  }
  defineProperty(globalThis, "fetch", {
    value: guarded,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}

function createGuardedFetch(native: Fetch, decide: Decide, checkProxy: CheckProxy): Fetch {
  const send = (target: UrlParts, init: Outgoing, request?: Request) =>
    apply(native, undefined, [request ?? target.href, init]) as Promise<Response>
  const judged: Send = (target, init) => {
    decideOnTarget(target, init, decide, checkProxy, "fetch")
    return send(target, init)
  }

  // A name of its own would show in stack traces and in feature tests; `fetch` has length 1.
  const fetch = (input: unknown, given?: RequestInit): Promise<Response> => {
    try {
      const init = snapshotInit(given)
      const target = readTarget(input)
      const request = isRequest(input) ? input : undefined
      decideOnTarget(target, init, decide, checkProxy, "fetch")
      const mode = init.redirect ?? (request && readRequest(request).redirect) ?? "follow"
      if (mode !== "follow" || isLocal(target)) return send(target, init, request)
      const spare = request && cloneRequest(request)
      const first = send(target, { ...init, redirect: "manual" }, request)
      return followRedirects({ first, target, init, spare, send: judged })
    } catch (error) {
      return reject(error)
    }
  }
  defineProperty(fetch, "length", { value: 1 })
  return fetch as Fetch
}

/** @throws TypeError for what is no URL, OfflineError for what is one but in a spelling that is not its own */
function readTarget(input: unknown): UrlParts {
  const isObject = typeof input === "object" && input !== null
  const text = isRequest(input)
    ? readRequest(input).url
    : typeof input === "string"
      ? input
      : ((isObject ? hrefOf(input) : undefined) ?? toText(input))
  const target = parseUrl(text)
  if (!target)
    throw Object.assign(new TypeError(`fetch() URL is invalid: ${text}`), { code: "ERR_INVALID_URL" })
  if (isRequest(input) && text !== target.href)
    throw new OfflineError(`fetch was blocked: the request's address ${text} is not in canonical form`)
  return target
}

function decideOnTarget(
  target: UrlParts,
  init: Outgoing,
  decide: Decide,
  checkProxy: CheckProxy,
  api: string,
): void {
  if (isLocal(target) || init.unix) return
  if (target.protocol !== "http:" && target.protocol !== "https:")
    throw new OfflineError(
      `${api} was blocked: OpenCode is offline, and ${target.protocol} is no address on this machine`,
    )
  decide({ host: target.hostname, port: portOf(target), api })
  checkProxy(target, proxyOf(init), api)
}

/** Schemes that open no connection. */
function isLocal({ protocol }: UrlParts): boolean {
  return protocol === "data:" || protocol === "blob:" || protocol === "file:"
}
