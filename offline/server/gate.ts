import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { Duplex } from "node:stream"
import { builtin, bunObject } from "../guard/builtin.ts"
import { canonicalHost } from "../policy/host.ts"
import { apply, defineProperty, snapshot, toText } from "../primordials.ts"
import { findForeign, isUpstreamsSite, type Own, type Sender } from "./foreign.ts"
import { keptNamed } from "./named.ts"

type Fetch = (this: unknown, request: Request, server: unknown) => unknown

/**
 * Puts one gate in front of what the HTTP servers of this thread answer, whatever upstream's code makes of a request: what is foreign
 * is refused where no password is asked for, and upstream's own site always. All servers begin with `Bun.serve`, those
 * of `node:http` too.
 */
export function guardServers(env: NodeJS.ProcessEnv): void {
  const bun = bunObject()
  if (!bun) return
  const native = bun.serve as (options: unknown) => unknown
  let made: Gate | undefined
  bun.serve = function serve(given: unknown) {
    const options = snapshot(given)
    // Nothing but a program of this machine reaches a socket file.
    if (!options || options.unix) return apply(native, bun, [given])
    made ??= createGate(env)
    const gate = made
    gate.listensAt(options.hostname)
    if (typeof options.onNodeHTTPRequest === "function") guardNodeServers(gate)
    if (typeof options.fetch === "function") options.fetch = guarded(options.fetch as Fetch, gate)
    return apply(native, bun, [options])
  }
}

interface Gate {
  listensAt(hostname: unknown): void
  /** Why a request is refused, for people; undefined when it is not. */
  refuses(sender: Sender): string | undefined
}

function createGate(env: NodeJS.ProcessEnv): Gate {
  const named = keptNamed(env)
  const hosts = new Set(named.hosts)
  const own: Own = { hosts, everywhere: false, origins: new Set(named.origins) }
  return {
    listensAt(hostname) {
      const host = canonicalHost(toText(hostname ?? "") || "0.0.0.0")
      if (host) hosts.add(host.text)
      if (host && isUnspecified(host.text)) own.everywhere = true
    },
    refuses(sender) {
      const foreign = isUpstreamsSite(sender.origin, own)
        ? `the Origin ${JSON.stringify(sender.origin)}`
        : env.OPENCODE_SERVER_PASSWORD
          ? undefined
          : findForeign(sender, own)
      return foreign && `${foreign} is not this server's own, and OpenCode is offline. ${WAYS}`
    },
  }
}

const WAYS =
  "Whoever started it can ask for a password (OPENCODE_SERVER_PASSWORD), or name the page's origin (--cors http://HOST:PORT)."

function isUnspecified(host: string): boolean {
  return host === "0.0.0.0" || host === "::"
}

function guarded(fetch: Fetch, gate: Gate): Fetch {
  return function (request, server) {
    const { headers } = request
    const why = gate.refuses(senderOf((name) => headers.get(name) ?? undefined))
    if (why === undefined) return apply(fetch, this, [request, server])
    return Response.json(refusalOf(why), { status: 403 })
  }
}

/** Events of a server of `node:http` that are a request, by what comes with it. */
const ANSWERED = ["request", "checkContinue", "checkExpectation"]
const TAKEN_OVER = ["upgrade", "connect"]

const GUARDED = new WeakSet<object>()

/** `node:http` is loaded by then, as one of its servers is about to listen. */
function guardNodeServers(gate: Gate): void {
  const { prototype } = builtin<typeof import("node:http")>("node:http").Server
  if (GUARDED.has(prototype)) return
  GUARDED.add(prototype)
  const native = prototype.emit as (...args: unknown[]) => boolean
  const emit = function (this: Server, event: string, ...args: unknown[]) {
    const why = isRequest(event) ? refusalFor(this, args[0] as IncomingMessage, gate) : undefined
    if (why === undefined) return apply(native, this, [event, ...args])
    if (TAKEN_OVER.includes(event)) (args[1] as Duplex).destroy()
    else answer(args[1] as ServerResponse, why)
    return true
  }
  defineProperty(prototype, "emit", { value: emit, writable: true, configurable: true })
}

function isRequest(event: string): boolean {
  return ANSWERED.includes(event) || TAKEN_OVER.includes(event)
}

function refusalFor(server: Server, { headers }: IncomingMessage, gate: Gate): string | undefined {
  if (typeof server.address() === "string") return undefined
  return gate.refuses(senderOf((name) => headers[name]?.toString()))
}

function answer(response: ServerResponse, why: string): void {
  response.writeHead(403, { "content-type": "application/json" })
  response.end(JSON.stringify(refusalOf(why)))
}

function senderOf(header: (name: string) => string | undefined): Sender {
  return {
    host: header("host"),
    origin: header("origin"),
    site: header("sec-fetch-site"),
    mode: header("sec-fetch-mode"),
  }
}

/** In the shape of upstream's named errors. */
function refusalOf(message: string) {
  return { name: "OfflineError", data: { message } }
}
