import type { Agent, ClientRequest, OutgoingMessage } from "node:http"
import { OfflineError } from "../error.ts"
import { bracketed } from "../policy/host.ts"
import { apply, create, defineProperty, getWeak, parseUrl, plain, setWeak } from "../primordials.ts"
import { ownPlatform } from "../process.ts"
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
import { decidePipe } from "./pipe.ts"
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
export function interceptHttp(decide: Decide, checkProxy: CheckProxy, modules = modulesOfHttp()): void {
  const judge: Judge = (request) => judgeRequest(request, decide, checkProxy)
  guardRequests(modules.client, judge, guardHeaders(modules.outgoing, judge))
}

type Http = Pick<typeof import("node:http"), "OutgoingMessage">

function modulesOfHttp(): { outgoing: Http; client: object } {
  return { outgoing: builtin<Http>("node:_http_outgoing"), client: builtin<object>("node:_http_client") }
}

type GetHeaders = OutgoingMessage["getHeaders"]

/** @returns the function for what is a request of a client for certain, whatever it shows of itself */
function guardHeaders(module: Http, judge: Judge): (this: ClientRequest) => ReturnType<GetHeaders> {
  const prototype = module.OutgoingMessage.prototype as OutgoingMessage & Record<string, unknown>
  const native = prototype.getHeaders
  const ofRequest = function getHeaders(this: ClientRequest) {
    const host = judge(this)
    if (host !== undefined && !goesTo(this, host)) throw misspelt(host)
    return apply(native, this, [])
  }
  // Code of the program may ask for headers, too; then nothing is about to be opened, and a refusal is right as well.
  prototype.getHeaders = function getHeaders(this: OutgoingMessage) {
    return apply(isClientRequest(this) ? ofRequest : native, this, [])
  }
  return ofRequest
}

/** @returns the host to dial; undefined for a path, which leads to this machine or was decided on */
export function judgeRequest(
  request: ClientRequest,
  decide: Decide,
  checkProxy: CheckProxy,
  platform: NodeJS.Platform = ownPlatform,
): string | undefined {
  const target = readHttpTarget(request)
  if (target.local) {
    decidePipe(target.path, "node:http", decide, platform)
    return undefined
  }
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

function guardRequests(module: object, judge: Judge, getHeaders: GetHeaders): void {
  const holder = module as { ClientRequest: RequestClass }
  const Native = holder.ClientRequest
  const { isInstance, adopt } = instancesOf(Native)
  defineProperty(Native, Symbol.hasInstance, { value: isInstance })
  const make = (prototype: object, args: unknown[]) => {
    const request = create(prototype) as ClientRequest
    adopt(request)
    // Ahead of all that a caller's own class can do with a request that is half made.
    defineProperty(request, "getHeaders", { get: () => getHeaders, set() {} })
    apply(Native, request, withoutLookup(args))
    judgeAtOnce(request, judge)
    // What it goes to is fixed from here on.
    fixTarget(request)
    return request
  }
  const Guarded = new Proxy(Native, {
    construct: (_, args, newTarget) => make((newTarget as RequestClass).prototype, args),
    apply: (_, __, args) => make(Native.prototype, args),
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

/**
 * The runtime's constructor makes another request, which nothing here has seen, when it is not called on an instance of its
 * class: those that are made here are, whatever their prototype says.
 */
function instancesOf(Native: RequestClass) {
  const made = new WeakMap<object, true>()
  const inherits = Native[Symbol.hasInstance as never] as (value: unknown) => boolean
  return {
    adopt: (request: object) => setWeak(made, request, true),
    isInstance(this: unknown, value: object) {
      return (this === Native && getWeak(made, value) === true) || apply(inherits, this, [value])
    },
  }
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
