import { freeze, getter, hrefOf, plain, toText, uncurryThis } from "../primordials.ts"
import { addressed } from "./proxy.ts"

/** The options of a request, read once. Bun's own options are among them. */
export interface Outgoing extends Omit<RequestInit, "headers" | "body"> {
  headers?: RequestInit["headers"]
  body?: RequestInit["body"]
  /** A path: then the host plays no part. */
  unix?: string
  proxy?: string | { url: string }
}

const ObjectPrototype = Object.prototype

const KNOWN = [
  ..."method headers body redirect signal credentials cache mode referrer referrerPolicy".split(" "),
  ..."integrity keepalive duplex priority window unix proxy tls verbose decompress timeout s3".split(" "),
]

/** Reads the options once, those that they inherit included, but not what all objects inherit. */
export function snapshotInit(given: unknown): Outgoing {
  if ((typeof given !== "object" && typeof given !== "function") || given === null) return plain<Outgoing>({})
  const copy = plain<Record<string, unknown>>(given as Record<string, unknown>)
  const source = given as Record<string, unknown>
  for (let index = 0; index < KNOWN.length; index++) {
    const key = KNOWN[index]!
    if (!(key in copy) && key in source && !(key in ObjectPrototype)) copy[key] = source[key]
  }
  if (copy.unix !== undefined && copy.unix !== null) copy.unix = toText(copy.unix)
  if (copy.proxy) copy.proxy = readProxy(copy.proxy)
  return copy as Outgoing
}

/** The address of the proxy that a request names. */
export function proxyOf({ proxy }: Pick<Outgoing, "proxy">): string | undefined {
  return typeof proxy === "object" && proxy !== null ? proxy.url : proxy
}

/**
 * Reads a proxy once, as native code takes it: a string, an URL object, or `{ url, headers }` with either in it; without
 * an URL it is none.
 */
export function readProxy(proxy: unknown): Outgoing["proxy"] {
  if (!proxy) return undefined
  if (typeof proxy !== "object") return addressed(toText(proxy))
  const href = hrefOf(proxy)
  if (href !== undefined) return addressed(href)
  const { url, ...rest } = proxy as { url?: unknown }
  if (url === undefined) return undefined
  const text = typeof url === "object" && url !== null ? hrefOf(url) : url
  return freeze({ __proto__: null, ...rest, url: addressed(toText(text)) }) as never
}

/** Reads a Request's own state, whatever properties were put over it. */
export function readRequest(request: Request): { url: string; method: string; redirect: Redirect } {
  return { url: url(request), method: method(request), redirect: redirect(request) }
}

export function isRequest(value: unknown): value is Request {
  if (typeof value !== "object" || value === null) return false
  try {
    url(value as Request)
    return true
  } catch {
    return false
  }
}

/** What a redirect may need of a request whose body is about to be used up; undefined when it has none. */
export function cloneRequest(request: Request): Request | undefined {
  const name = method(request)
  return name === "GET" || name === "HEAD" ? undefined : clone(request)
}

type Redirect = RequestInit["redirect"]

const url = getter<string>(Request.prototype, "url")
const method = getter<string>(Request.prototype, "method")
const redirect = getter<Redirect>(Request.prototype, "redirect")
const clone = uncurryThis(Request.prototype.clone as (this: Request) => Request)
