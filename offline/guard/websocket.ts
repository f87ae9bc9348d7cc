import { OfflineError } from "../error.ts"
import { bracketed } from "../policy/host.ts"
import {
  construct,
  defineProperty,
  hrefOf,
  isArray,
  parseUrl,
  plain,
  startsWith,
  toText,
  withHostname,
} from "../primordials.ts"
import type { Decide } from "./decide.ts"
import { addressed } from "./proxy.ts"
import { portOf } from "./url.ts"

type Constructor = new (...args: unknown[]) => WebSocket

/** `new WebSocket` throws at once where the policy does not allow. Statics, prototype and subclasses stay as they are. */
export function interceptWebSocket(decide: Decide, scope: object = globalThis): void {
  const { WebSocket: Native } = scope as { WebSocket?: Constructor }
  if (!Native) return
  const Guarded = new Proxy(Native, {
    construct(target, args, newTarget) {
      const url = args[0]
      const text = typeof url === "object" && url ? (hrefOf(url) ?? toText(url)) : toText(url)
      const dial = decideOnUrl(text, decideOnOptions(args[1], decide), decide)
      return construct(target, [dial.address, dial.options], newTarget) as WebSocket
    },
  })
  defineProperty(Native.prototype, "constructor", { value: Guarded, writable: true, configurable: true })
  defineProperty(scope, "WebSocket", {
    value: Guarded,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}

export function decideOnUrl(
  text: string,
  options: unknown,
  decide: Decide,
): { address: string; options: unknown } {
  // A socket file; no host is asked for.
  if (startsWith(text, "ws+unix:") || startsWith(text, "wss+unix:")) return { address: text, options }
  const url = parseUrl(text)
  if (!url) throw new SyntaxError(`Invalid url for WebSocket ${text}`)
  const dial = bracketed(decide({ host: url.hostname, port: portOf(url), api: "WebSocket" }))
  if (dial === url.hostname) return { address: url.href, options }
  const given = typeof options === "object" && !isArray(options) ? options : { protocols: toList(options) }
  const { headers, tls } = given as { headers?: object; tls?: object }
  const host = url.port ? `${url.hostname}:${url.port}` : url.hostname
  return {
    address: withHostname(url.href, dial),
    options: plain<object>(
      given as object,
      {
        headers: { Host: host, ...headers },
        tls: { serverName: url.hostname, ...tls },
      } as object,
    ),
  }
}

/** The second argument is a protocol, a list of them, or Bun's options, in which a proxy may be. */
export function decideOnOptions(options: unknown, decide: Decide): unknown {
  if (options === undefined || options === null || typeof options === "string") return options
  if (isArray(options)) return texts(options)
  // Native code reads options off a function as well.
  if (typeof options !== "object")
    throw new OfflineError("WebSocket was blocked: OpenCode is offline, and its options are no plain object")
  const copy: Record<string, unknown> = { __proto__: null, ...options }
  const proxy = copy.proxy as unknown
  if (!proxy) return copy
  const named =
    typeof proxy === "object" && hrefOf(proxy) === undefined ? (proxy as { url: unknown }).url : proxy
  const text = addressed(typeof named === "object" && named ? (hrefOf(named) ?? "") : toText(named))
  const url = parseUrl(text)
  decide({ host: url?.hostname ?? text, port: url && portOf(url), api: "WebSocket through a proxy" })
  copy.proxy = typeof proxy === "object" && hrefOf(proxy) === undefined ? { ...proxy, url: text } : text
  return copy
}

/** Protocols are texts; a list may have a proxy beside its elements, too. */
function texts(list: unknown[]): string[] {
  const copy: string[] = []
  for (let index = 0; index < list.length; index++) copy[index] = toText(list[index])
  return copy
}

function toList(protocols: unknown): unknown[] {
  if (isArray(protocols)) return protocols
  return protocols === undefined ? [] : [protocols]
}
