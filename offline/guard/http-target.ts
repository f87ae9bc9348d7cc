import type { ClientRequest, OutgoingMessage } from "node:http"
import { OfflineError } from "../error.ts"
import { parseIPv6 } from "../policy/address.ts"
import { bracketed, canonicalHost } from "../policy/host.ts"
import {
  charCodeAt,
  defineProperty,
  getOwnPropertyDescriptor,
  getOwnPropertySymbols,
  getWeak,
  indexOf,
  parseUrl,
  setWeak,
  startsWith,
  toLowerCase,
  toText,
  uncurryThis,
} from "../primordials.ts"
import { proxyOf } from "./fetch-input.ts"
import { agentShownAs, type ShownAgent, showAgent } from "./http-agent.ts"
import { checkAgainst, type TlsOptions } from "./tls-name.ts"

/** Where Bun's `node:http` is about to send a request. */
export type HttpTarget =
  | { local: true; path: string }
  | { local: false; url: string; proxy: string | undefined /** The host is the proxy. */; isProxy?: true }

/**
 * Builds the address as Bun's `ClientRequest` does, from the request's own state, which it keeps under symbols. Parts that
 * could mean one host to the parser here and another to the native one (a host with an `@` in it, a path that does not
 * begin with a slash, anything that is computed when it is read) are refused rather than interpreted.
 * @throws OfflineError
 */
export function readHttpTarget(request: ClientRequest): HttpTarget {
  const state = readState(request)
  if (typeof state.socketPath === "string" && state.socketPath !== "")
    return { local: true, path: state.socketPath }
  if (isGiven(state.socketPath)) throw suspicious("socketPath", state.socketPath)
  const { protocol } = state
  if (protocol !== "http:" && protocol !== "https:") throw suspicious("protocol", protocol)
  const host = toText(state.host)
  if (!isPlain(host)) throw suspicious("host", host)
  const port = state.useDefaultPort ? "" : `:${readPort(state.port)}`
  const origin = `${protocol}//${bracketed(host)}${port}`
  const path = toText(state.path)
  if (startsWith(path, "/")) return { local: false, url: origin + path, proxy: proxyOf(agentOf(state)) }
  // An absolute path asks the host for it as a proxy.
  const absolute = parseUrl(path)
  if (!absolute || !startsWith(path, `${absolute.origin}/`)) throw suspicious("path", path)
  return { local: false, url: path, proxy: origin, isProxy: true }
}

/** Whether the message is a request of a client: only those know a host. */
export function isClientRequest(message: OutgoingMessage): message is ClientRequest {
  return symbolOf(message, "host") !== undefined
}

/** The agent that the program gave a request. */
export function givenAgent(request: ClientRequest): unknown {
  const shown = readSymbol(request, "agent")
  return getWeak(later, request) ?? agentShownAs(shown) ?? shown
}

/** As in Node, an agent that is set when a request is made already has no part in it any more. */
export function setAgentLater(request: ClientRequest, agent: unknown): void {
  setWeak(later, request, agent)
}

const later = new WeakMap<object, unknown>()

/** Leaves native code nothing else to read of a request that was decided on, whatever the program does until it is sent. */
export function fixTarget(request: ClientRequest): void {
  const symbols = getOwnPropertySymbols(request)
  for (let index = 0; index < symbols.length; index++) {
    const name = descriptionOf(symbols[index]!)
    if (name !== undefined && isName(name))
      defineProperty(request, symbols[index]!, { writable: false, configurable: false })
  }
}

/**
 * Has native code see no more of a request's agent than is read here, once.
 * @throws OfflineError when it cannot be read
 */
export function giveAgent(request: ClientRequest, agent: unknown): void {
  const symbol = symbolOf(request, "agent")
  if (symbol) write(request, symbol, showAgent(agent))
}

function write(request: ClientRequest, symbol: symbol, value: unknown): void {
  ;(request as unknown as Record<symbol, unknown>)[symbol] = value
}

function readSymbol(message: OutgoingMessage, name: string): unknown {
  const symbol = symbolOf(message, name)
  return symbol && (message as unknown as Record<symbol, unknown>)[symbol]
}

/** Whether native code will dial exactly this host. */
export function goesTo(request: ClientRequest, host: string): boolean {
  return toLowerCase(toText(readState(request).host)) === host
}

/** Makes a request dial another spelling of its host; its headers and the TLS handshake keep the name it was made with. */
export function sendTo(request: ClientRequest, host: string): void {
  if (goesTo(request, host)) return
  const { host: written, port, protocol, useDefaultPort } = readState(request)
  const name = bracketed(toText(written))
  write(request, symbolOf(request, "host")!, host)
  if (!request.getHeader("Host")) request.setHeader("Host", useDefaultPort ? name : `${name}:${port}`)
  if (protocol !== "https:") return
  const tls = tlsOf(request)
  tls.servername ??= name
  tls.checkServerIdentity = checkAgainst(name, tls.checkServerIdentity)
}

function symbolOf(message: OutgoingMessage, name: string): symbol | undefined {
  const symbols = getOwnPropertySymbols(message)
  for (let index = 0; index < symbols.length; index++) {
    if (descriptionOf(symbols[index]!) === name) return symbols[index]
  }
  return undefined
}

/** Bun keeps what goes to the TLS layer in an object that this method makes. */
function tlsOf(request: ClientRequest): TlsOptions {
  return (request as unknown as { _ensureTls(): TlsOptions })._ensureTls()
}

const NAMES = [
  "protocol",
  "host",
  "port",
  "path",
  "agent",
  "socketPath",
  "useDefaultPort",
  "options",
] as const
/** An object in the place of one of these could be spelt out differently each time. */
const WORDS = ["protocol", "host", "port", "path", "socketPath"] as const
type State = Partial<Record<(typeof NAMES)[number], unknown>>

const descriptionOf = uncurryThis(
  Object.getOwnPropertyDescriptor(Symbol.prototype, "description")!.get as (
    this: symbol,
  ) => string | undefined,
)

function readState(request: ClientRequest): State {
  const state: Record<string, unknown> = { __proto__: null }
  const symbols = getOwnPropertySymbols(request)
  for (let index = 0; index < symbols.length; index++) {
    const name = descriptionOf(symbols[index]!)
    if (name === undefined || !isName(name)) continue
    const property = getOwnPropertyDescriptor(request, symbols[index]!)
    if (name in state || !property || property.get) throw suspicious("state", name)
    state[name] = property.value
  }
  if (!("host" in state) || !("path" in state)) throw suspicious("state", "none")
  for (let index = 0; index < WORDS.length; index++) {
    const value = state[WORDS[index]!]
    if ((typeof value === "object" && value !== null) || typeof value === "function")
      throw suspicious(WORDS[index]!, "an object")
  }
  const options = state.options as { lookup?: unknown } | undefined
  if (options?.lookup && !canonicalHost(toText(state.host))?.address) throw suspicious("lookup", "its own")
  return state
}

/** Whether a program said anything: native code takes another kind of value for no path, and dials the host. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ""
}

function isName(name: string): boolean {
  for (let index = 0; index < NAMES.length; index++) if (NAMES[index] === name) return true
  return false
}

/** Letters, digits, `-`, `_`, `.` or an IPv6 address: nothing that any parser could read in two ways. */
function isPlain(host: string): boolean {
  if (indexOf(host, ":") !== -1) return parseIPv6(host) !== undefined
  for (let index = 0; index < host.length; index++) {
    const code = charCodeAt(host, index)
    const letter = (code | 0x20) >= 97 && (code | 0x20) <= 122
    const digit = code >= 48 && code <= 57
    if (!letter && !digit && code !== 45 && code !== 46 && code !== 95) return false
  }
  return host !== ""
}

function readPort(port: unknown): number {
  const number = +toText(port)
  if (!(number >= 0 && number <= 65535) || `${number}` !== toText(port)) throw suspicious("port", port)
  return number
}

/** Native code reads it first, then what is decided on here: so it must be an agent that was read ahead of both. */
function agentOf({ agent }: State): Partial<ShownAgent> {
  if (agent === undefined || agent === null) return {}
  if (agentShownAs(agent) === undefined) throw suspicious("agent", "exchanged")
  return agent
}

function suspicious(part: string, value: unknown): OfflineError {
  return new OfflineError(
    `node:http was blocked: OpenCode is offline, and the request's ${part} (${toText(value)}) is not plain`,
  )
}
