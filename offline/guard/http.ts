import type { Agent, ClientRequest, OutgoingMessage } from "node:http"
import { OfflineError } from "../error.ts"
import { bracketed } from "../policy/host.ts"
import { apply, construct, defineProperty, parseUrl, plain } from "../primordials.ts"
import { builtin } from "./builtin.ts"
import type { Decide } from "./decide.ts"
import {
  fixTarget,
  giveAgent,
  givenAgent,
  goesTo,
  isClientRequest,
  readHttpTarget,
  sendTo,
  setAgentLater,
} from "./http-target.ts"
import type { CheckProxy } from "./proxy.ts"
import { portOf } from "./url.ts"

/** Decides on a request, and says which host is to be dialled for it; undefined for a socket file. */
type Judge = (request: ClientRequest) => string | undefined

/**
 * Bun's `node:http` opens no socket of `node:net`: it builds an URL and hands it to native code. Just before, and nowhere
 * else, it asks the request for its headers; that is where the decision stands, for every way to make a request. The
 * class of requests is wrapped too, so that a refusal comes as an `error` event. `node:http` takes that class from its
 * own module when it is loaded: replaced there before, it is the guarded one everywhere, and a worker that makes no
 * requests does not load the rest of `node:http`.
 */
export function interceptHttp(decide: Decide, checkProxy: CheckProxy): void {
  const judge: Judge = (request) => judgeRequest(request, decide, checkProxy)
  const getHeaders = guardHeaders(builtin<typeof import("node:http")>("node:_http_outgoing"), judge)
  guardRequests(builtin<typeof import("node:http")>("node:_http_client"), judge, getHeaders)
}

function guardHeaders(
  module: Pick<typeof import("node:http"), "OutgoingMessage">,
  judge: Judge,
): OutgoingMessage["getHeaders"] {
  const prototype = module.OutgoingMessage.prototype as OutgoingMessage & Record<string, unknown>
  const native = prototype.getHeaders
  const guarded = function getHeaders(this: OutgoingMessage) {
    // Code of the program may ask for headers, too; then nothing is about to be opened, and a refusal is right as well.
    if (isClientRequest(this)) {
      const host = judge(this)
      if (host !== undefined && !goesTo(this, host)) throw misspelt(host)
    }
    return apply(native, this, [])
  }
  prototype.getHeaders = guarded
  return guarded
}

function judgeRequest(request: ClientRequest, decide: Decide, checkProxy: CheckProxy): string | undefined {
  const target = readHttpTarget(request)
  if (target.local) return undefined
  const url = parseUrl(target.url)
  if (!url) throw misspelt(target.url)
  const host = decide({ host: url.hostname, port: portOf(url), api: "node:http" })
  checkProxy(plain(url, { hostname: bracketed(host) }), target.proxy, "node:http")
  if (target.proxy === undefined) return host
  const proxy = target.isProxy && parseUrl(target.proxy)
  return proxy ? decide({ host: proxy.hostname, port: portOf(proxy), api: "node:http" }) : undefined
}

function misspelt(what: string): OfflineError {
  return new OfflineError(
    `node:http was blocked: OpenCode is offline, and the request does not spell its host as ${what}`,
  )
}

type RequestClass = (new (...args: unknown[]) => ClientRequest) & ((...args: unknown[]) => unknown)

function guardRequests(module: object, judge: Judge, getHeaders: unknown): void {
  const holder = module as { ClientRequest: RequestClass }
  const Native = holder.ClientRequest
  const settle = (made: ClientRequest) => {
    judgeAtOnce(made, judge)
    // What it goes to, and what decides on that once more when it is sent, is fixed from here on.
    fixTarget(made)
    return defineProperty(made, "getHeaders", { get: () => getHeaders, set() {} })
  }
  const Guarded = new Proxy(Native, {
    construct: (target, args, newTarget) =>
      settle(construct(target, withoutLookup(args), newTarget) as ClientRequest),
    apply(target, self, args) {
      const made = apply(target, self, withoutLookup(args)) as ClientRequest | undefined
      settle(made ?? (self as ClientRequest))
      return made
    },
  })
  defineProperty(Native.prototype, "agent", {
    get(this: ClientRequest) {
      return givenAgent(this)
    },
    set(this: ClientRequest, agent: unknown) {
      setAgentLater(this, agent)
    },
    enumerable: true,
    configurable: true,
  })
  defineProperty(Native.prototype, "constructor", { value: Guarded, writable: true, configurable: true })
  holder.ClientRequest = Guarded
}

function judgeAtOnce(made: ClientRequest, judge: Judge): void {
  try {
    giveAgent(made, givenAgent(made))
    const host = judge(made)
    if (host !== undefined) sendTo(made, host)
  } catch (error) {
    refuse(made, error as Error)
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
