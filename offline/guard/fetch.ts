import { OfflineError } from "../error.ts"
import { bracketed } from "../policy/host.ts"
import {
  apply,
  coded,
  defineProperty,
  hrefOf,
  parseUrl,
  plain,
  prepend,
  reject,
  toText,
  type UrlParts,
  withHostname,
} from "../primordials.ts"
import { ownPlatform } from "../process.ts"
import type { Decide, ExplainPort } from "./decide.ts"
import { sendElsewhere } from "./fetch-elsewhere.ts"
import { cloneRequest, isRequest, type Outgoing, proxyOf, readRequest, snapshotInit } from "./fetch-input.ts"
import { followRedirects } from "./fetch-redirects.ts"
import { decidePipe } from "./pipe.ts"
import type { CheckProxy } from "./proxy.ts"
import { portOf } from "./url.ts"

type Fetch = typeof globalThis.fetch

/**
 * `fetch` decides on the host of the first request and of every redirect, and on the proxy. What is sent is what was
 * decided on: the address in its canonical spelling, the options as they were read once.
 * `Bun.fetch` cannot be replaced from here (read-only, on a read-only global): the series rewrites its uses.
 */
export function interceptFetch(decide: Decide, checkProxy: CheckProxy, explainPort?: ExplainPort): void {
  const native = globalThis.fetch
  const guarded = guardFetch(native, decide, checkProxy, { explainPort })
  const preconnect = native.preconnect
  if (preconnect) {
    guarded.preconnect = (input, ...rest) => {
      const target = readTarget(input)
      const host = judgeTarget(target, {}, decide, checkProxy, "fetch.preconnect")
      return apply(preconnect, native, prepend(withHostname(target.href, host), rest) as never)
    }
  }
  defineProperty(globalThis, "fetch", {
    value: guarded,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}

interface FetchOptions {
  explainPort?: ExplainPort
  platform?: NodeJS.Platform
}

/** A `fetch` that decides, and sends by the native one what it decided on. */
export function guardFetch(
  native: Fetch,
  decide: Decide,
  checkProxy: CheckProxy,
  { explainPort, platform = ownPlatform }: FetchOptions = {},
): Fetch {
  const judge = (target: UrlParts, init: Outgoing) => {
    if (init.unix) decidePipe(init.unix, "fetch", decide, platform)
    return judgeTarget(target, init, decide, checkProxy, "fetch")
  }
  const send = (target: UrlParts, host: string, init: Outgoing, request?: Request) => {
    const answer =
      host === target.hostname
        ? (apply(native, undefined, [request ?? target.href, init]) as Promise<Response>)
        : sendElsewhere(native, target, host, init, request)
    return explainPort && !isLocal(target) && !init.unix ? explained(answer, target, explainPort) : answer
  }

  // Programs look at the name and the length of `fetch`.
  const fetch = (input: unknown, given?: RequestInit): Promise<Response> => {
    try {
      const init = snapshotInit(given)
      const target = readTarget(input)
      const request = isRequest(input) ? input : undefined
      const host = judge(target, init)
      const mode = init.redirect ?? (request && readRequest(request).redirect) ?? "follow"
      if (mode !== "follow" || isLocal(target)) return send(target, host, init, request)
      const spare = request && cloneRequest(request)
      const first = send(target, host, plain(init, { redirect: "manual" }), request)
      const hop = (to: UrlParts, options: Outgoing) => send(to, judge(to, options), options)
      return followRedirects({ first, target, init, spare, hop })
    } catch (error) {
      return reject(error)
    }
  }
  defineProperty(fetch, "length", { value: 1 })
  defineProperty(fetch, "name", { value: "fetch" })
  return fetch as Fetch
}

/**
 * What the kernel denies is a socket that does not open to Bun ("Was there a typo in the url or port?"), which upstream tries
 * again for a minute.
 */
async function explained(
  answer: Promise<Response>,
  target: UrlParts,
  explainPort: ExplainPort,
): Promise<Response> {
  try {
    return await answer
  } catch (error) {
    const denied = (error as { code?: unknown } | undefined)?.code === "FailedToOpenSocket"
    throw (denied && explainPort({ host: target.hostname, port: portOf(target), api: "fetch" })) || error
  }
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
  if (!target) throw coded(new TypeError(`fetch() URL is invalid: ${text}`), "ERR_INVALID_URL")
  if (isRequest(input) && text !== target.href)
    throw new OfflineError(`fetch was blocked: the request's address ${text} is not in canonical form`)
  return target
}

/** @returns the host to dial, as it stands in an URL */
function judgeTarget(
  target: UrlParts,
  init: Outgoing,
  decide: Decide,
  checkProxy: CheckProxy,
  api: string,
): string {
  if (isLocal(target) || init.unix) return target.hostname
  if (target.protocol !== "http:" && target.protocol !== "https:")
    throw new OfflineError(
      `${api} was blocked: OpenCode is offline, and ${target.protocol} is no address on this machine`,
    )
  const hostname = bracketed(decide({ host: target.hostname, port: portOf(target), api }))
  checkProxy(hostname === target.hostname ? target : plain(target, { hostname }), proxyOf(init), api)
  return hostname
}

/** Schemes that open no connection. */
function isLocal({ protocol }: UrlParts): boolean {
  return protocol === "data:" || protocol === "blob:" || protocol === "file:"
}
