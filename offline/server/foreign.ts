import { canonicalHost, type Host, isLoopback } from "../policy/host.ts"

/** What of a request says who sent it. Each is undefined when it was not sent. */
export interface Sender {
  host: string | undefined
  origin: string | undefined
  /** `Sec-Fetch-Site` and `Sec-Fetch-Mode`, which no page can set. */
  site: string | undefined
  mode: string | undefined
}

/** What a server answers to, beside this machine's own names. */
export interface Own {
  /** Names and addresses, in their one spelling. */
  hosts: ReadonlySet<string>
  /** Whether the server listens at every address of this machine. */
  everywhere: boolean
  /** Origins that a person named, with `--cors` or `server.cors`. */
  origins: ReadonlySet<string>
}

/**
 * Why a request must not be answered by a server that asks for no password: a page of somebody else's sent it, or came here
 * by a name that somebody else gave this address.
 * @returns what is foreign, for people; undefined when nothing is
 */
export function findForeign(sender: Sender, own: Own): string | undefined {
  const { host, origin, site, mode } = sender
  if (host === undefined || !isOwnHost(host, own)) return `the Host ${JSON.stringify(host ?? "")}`
  if (origin !== undefined)
    return isOwnOrigin(origin, host, own) ? undefined : `the Origin ${JSON.stringify(origin)}`
  // To open a page is everyone's right; to load a picture or a script from here is not.
  return site === "cross-site" && mode !== "navigate" ? "a page of another site" : undefined
}

/** Upstream lets every page below opencode.ai speak to every server, with a password or without. */
export function isUpstreamsSite(origin: string | undefined, { origins }: Own): boolean {
  if (origin === undefined || origins.has(origin)) return false
  const host = hostOfUrl(origin)?.text ?? ""
  return host === "opencode.ai" || host.endsWith(".opencode.ai")
}

function isOwnHost(authority: string, own: Own): boolean {
  const host = hostOf(authority)
  if (!host) return false
  // A name can be given any address by whoever owns it; an address is nobody's.
  return isLoopback(host) || own.hosts.has(host.text) || (own.everywhere && host.address !== undefined)
}

/** Upstream's desktop applications, whose pages no browser opens. */
const APPLICATIONS = ["tauri://localhost", "oc://renderer"]

function isOwnOrigin(origin: string, authority: string, { origins }: Own): boolean {
  if (origins.has(origin) || APPLICATIONS.includes(origin)) return true
  if (!/^https?:/.test(origin) || !URL.canParse(origin)) return false
  const { protocol, host } = new URL(origin)
  const named = hostOfUrl(origin)
  return named !== undefined && (isLoopback(named) || sameHost(`${protocol}//${authority}`, host))
}

function sameHost(address: string, host: string): boolean {
  return URL.canParse(address) && new URL(address).host === host
}

/** The host of an URL; undefined when it is none. */
export function hostOfUrl(text: string): Host | undefined {
  return URL.canParse(text) ? canonicalHost(new URL(text).hostname) : undefined
}

function hostOf(authority: string): Host | undefined {
  const [, host] = /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(authority) ?? []
  return host === undefined ? undefined : canonicalHost(host)
}
