import {
  coded,
  defineProperty,
  getter,
  ignoreFailure,
  isStream,
  PrivateHeaders,
  parseUrl,
  plain,
  toUpperCase,
  type UrlParts,
  uncurryThis,
} from "../primordials.ts"
import { type Outgoing, readRequest } from "./fetch-input.ts"

export interface Chain {
  /** The answer to the first request, which was sent with `redirect: "manual"`. */
  first: Promise<Response>
  target: UrlParts
  init: Outgoing
  /** A copy of the request, when there was one that has a body. */
  spare: Request | undefined
  /** Decides on a further request, and sends it. */
  hop: (target: UrlParts, init: Outgoing) => Promise<Response>
}

/** As many as Bun follows. */
const LIMIT = 126

/**
 * Follows redirects by the rules of the fetch standard, hop by hop, as Bun does inside.
 * @throws OfflineError when a hop leads to where the policy does not allow
 */
export async function followRedirects({ first, target, init, spare, hop }: Chain): Promise<Response> {
  let response = await first
  let current = target
  let next: Outgoing | undefined
  for (let hops = 0; ; hops++) {
    const location = isRedirect(status(response)) ? get(headers(response), "location") : null
    if (location === null) return hops === 0 ? response : markRedirected(response)
    if (hops === LIMIT) throw failure("TooManyRedirects", "The response redirected too many times")
    const to = parseUrl(location, current.href)
    if (to?.protocol !== "http:" && to?.protocol !== "https:")
      throw failure("UnsupportedRedirectProtocol", `The response redirected to ${location}`)
    next = nextInit(next ?? (await firstInit(init, spare)), status(response), to.origin !== current.origin)
    // The connection is free for other requests only when the body has been read.
    discard(response)
    response = await hop(to, next)
    current = to
  }
}

function isRedirect(code: number): boolean {
  return code === 301 || code === 302 || code === 303 || code === 307 || code === 308
}

/** What the first request was, as options: from the options themselves, else from the Request that was given. */
async function firstInit(init: Outgoing, spare: Request | undefined): Promise<Outgoing> {
  const merged: Outgoing = spare
    ? { method: readRequest(spare).method, headers: spare.headers, signal: spare.signal, ...init }
    : init
  if (spare && init.body === undefined) merged.body = await spare.arrayBuffer()
  return plain(merged, { unix: undefined, redirect: "manual" })
}

function nextInit(init: Outgoing, code: number, elsewhere: boolean): Outgoing {
  const fields = new PrivateHeaders(init.headers)
  const method = toUpperCase(init.method ?? "GET")
  if (elsewhere) remove(fields, ["authorization", "proxy-authorization", "cookie", "host"])
  const dropsBody = code === 303 ? method !== "GET" && method !== "HEAD" : code <= 302 && method === "POST"
  if (!dropsBody) {
    if (isSentOnce(init.body))
      throw failure("UnexpectedRedirect", "The response redirected a request whose body is a stream")
    return plain(init, { headers: fields })
  }
  remove(fields, [
    "content-encoding",
    "content-language",
    "content-location",
    "content-type",
    "content-length",
  ])
  return plain(init, { method: "GET", body: undefined, headers: fields })
}

const get = uncurryThis(Headers.prototype.get)
const removeField = uncurryThis(Headers.prototype.delete)
const status = getter<number>(Response.prototype, "status")
const headers = getter<Headers>(Response.prototype, "headers")
const bodyOf = getter<ReadableStream | null>(Response.prototype, "body")
const cancel = uncurryThis(ReadableStream.prototype.cancel as (this: ReadableStream) => Promise<void>)

function remove(fields: Headers, names: string[]): void {
  for (let index = 0; index < names.length; index++) removeField(fields, names[index]!)
}

/** A body that can be sent only once. */
function isSentOnce(body: unknown): boolean {
  return typeof body === "object" && body !== null && (isStream(body) || asyncIterator in body)
}

const { asyncIterator } = Symbol

function markRedirected(response: Response): Response {
  return defineProperty(response, "redirected", { value: true, configurable: true }) as Response
}

function failure(code: string, message: string): Error {
  return coded(new Error(message), code)
}

function discard(response: Response): void {
  const body = bodyOf(response)
  if (body) ignoreFailure(cancel(body))
}
