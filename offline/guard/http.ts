import type { Agent, ClientRequest, OutgoingMessage } from "node:http"
import { OfflineError } from "../error.ts"
import { apply, parseUrl } from "../primordials.ts"
import { builtin } from "./builtin.ts"
import type { Decide } from "./decide.ts"
import { goesTo, isClientRequest, readHttpTarget, sendTo } from "./http-target.ts"
import type { CheckProxy } from "./proxy.ts"
import { portOf } from "./url.ts"

/** Decides on a request, and says which host is to be dialled for it; undefined for a socket file. */
type Judge = (request: ClientRequest) => string | undefined

/**
 * Bun's `node:http` opens no socket of `node:net`: it builds an URL and hands it to native code. Just before, and nowhere
 * else, it asks the request for its headers; that is where the decision stands, for every way to make a request. The
 * functions of `node:http` and `node:https` are wrapped too, so that a refusal comes as an `error` event from all of them.
 */
export function interceptHttp(decide: Decide, checkProxy: CheckProxy): void {
  const http = builtin<typeof import("node:http")>("node:http")
  const https = builtin<typeof import("node:https")>("node:https")
  const judge: Judge = (request) => judgeRequest(request, decide, checkProxy)
  interceptHeaders(http, judge)
  for (const module of [http, https]) wrap(module, judge)
}

function interceptHeaders(http: typeof import("node:http"), judge: Judge): void {
  const prototype = http.OutgoingMessage.prototype as OutgoingMessage & Record<string, unknown>
  const native = prototype.getHeaders
  prototype.getHeaders = function getHeaders(this: OutgoingMessage) {
    // Code of the program may ask for headers, too; then nothing is about to be opened, and a refusal is right as well.
    if (isClientRequest(this)) {
      const host = judge(this)
      if (host !== undefined && !goesTo(this, host)) throw misspelt(host)
    }
    return apply(native, this, [])
  }
}

function judgeRequest(request: ClientRequest, decide: Decide, checkProxy: CheckProxy): string | undefined {
  const target = readHttpTarget(request)
  if (target.local) return undefined
  const url = parseUrl(target.url)
  if (!url) throw misspelt(target.url)
  const host = decide({ host: url.hostname, port: portOf(url), api: "node:http" })
  checkProxy(url, target.proxy, "node:http")
  return target.proxy === undefined ? host : undefined
}

function misspelt(what: string): OfflineError {
  return new OfflineError(
    `node:http was blocked: OpenCode is offline, and the request does not spell its host as ${what}`,
  )
}

type Make = (...args: unknown[]) => ClientRequest

function wrap(module: object, judge: Judge): void {
  const methods = module as { request: Make; get: Make }
  const native = methods.request
  const request: Make = (...args) => {
    const made = apply(native, module, withoutLookup(args)) as ClientRequest
    try {
      const host = judge(made)
      if (host !== undefined) sendTo(made, host)
    } catch (error) {
      refuse(made, error as Error)
    }
    return made
  }
  methods.request = request
  methods.get = function get(...args) {
    const made = request(...args)
    made.end()
    return made
  }
}

/** A `lookup` of the caller's own could send an allowed name anywhere; the runtime resolves the name itself. */
function withoutLookup(args: unknown[]): unknown[] {
  for (let index = 0; index < 2; index++) {
    const options = args[index] as { lookup?: unknown; agent?: Agent } | undefined
    if (typeof options === "object" && options !== null && options.lookup !== undefined)
      args[index] = { ...options, lookup: undefined }
  }
  return args
}

/** As a refused connection shows itself: `error`, then `close`; and nothing more is done with the request. */
function refuse(request: ClientRequest, error: Error): void {
  request.write = () => false
  request.end = () => request
  request.flushHeaders = () => {}
  process.nextTick(() => {
    if (request.destroyed) return
    request.destroyed = true
    request.emit("error", error)
    request.emit("close")
  })
}
