import {
  charCodeAt,
  endsWith,
  freeze,
  indexOf,
  once,
  parseUrl,
  slice,
  startsWith,
  toBigInt,
} from "../primordials.ts"
import { type Address, type Block, contains, parseIPv4, parseIPv6 } from "./address.ts"

/** A host as it is compared and dialled: one spelling for each. */
export interface Host {
  /** Lower case, punycode, no trailing dot; an address without brackets and zone. */
  text: string
  /** Set when the host is an address. */
  address?: Address
}

/**
 * The one spelling of a host: case, trailing dot, punycode, percent signs, decimal, octal and hexadecimal addresses,
 * IPv4-mapped addresses, brackets and zones are taken away. It depends on the text alone, so each is read once.
 * @param text a name or an address; not a URL, no port
 * @returns undefined when it is no host, and so is never allowed
 */
export const canonicalHost: (text: string) => Host | undefined = once(readHost)

function readHost(text: string): Host | undefined {
  if (indexOf(text, ":") !== -1) return canonicalIPv6(text)
  if (text === "" || hasDelimiter(text)) return undefined
  const parsed = parseUrl(`http://${text}/`)?.hostname
  if (parsed === undefined) return undefined
  const name = endsWith(parsed, ".") ? slice(parsed, 0, -1) : parsed
  if (name === "" || startsWith(name, ".") || indexOf(name, "..") !== -1) return undefined
  const address = parseIPv4(name)
  return hostOf(name, address)
}

/** An address as an URL and a socket both take it: IPv6 within brackets. */
export function bracketed(host: string): string {
  return indexOf(host, ":") === -1 ? host : `[${host}]`
}

/**
 * This machine, and nothing else: 127/8, ::1, `localhost` and all below it (RFC 6761). The unspecified addresses count
 * too, because a kernel connects them to this machine, and upstream's own clients use them.
 */
export function isLoopback(host: Host): boolean {
  const { address } = host
  if (!address) return isLocalName(host)
  if (address.family === 4) return address.value === 0n || contains(LOOPBACK_V4, address)
  return address.value <= 1n
}

/**
 * `localhost`, or a name below it. Whether a name server is asked for it is up to the system's configuration: so an address
 * is dialled instead.
 */
export function isLocalName({ text }: Host): boolean {
  return text === "localhost" || endsWith(text, ".localhost")
}

/** The one spelling of {@link isLocalName | a local name}; undefined for any other host. */
export function localName(text: string): string | undefined {
  const host = canonicalHost(text)
  return host && isLocalName(host) ? host.text : undefined
}

const LOOPBACK_V4: Block = { family: 4, value: 127n << 24n, bits: 8 }

function canonicalIPv6(text: string): Host | undefined {
  let inner = startsWith(text, "[") && endsWith(text, "]") ? slice(text, 1, -1) : text
  const zone = indexOf(inner, "%")
  if (zone !== -1) inner = slice(inner, 0, zone)
  const address = parseIPv6(inner)
  if (!address) return undefined
  if (address.family === 4) return hostOf(formatIPv4(address.value), address)
  const parsed = parseUrl(`http://[${inner}]/`)?.hostname
  return parsed ? hostOf(slice(parsed, 1, -1), address) : undefined
}

/** The host that four bytes are: the same as of its text, without a parser. */
export function hostOfIPv4(bytes: Uint8Array): Host {
  const value = toBigInt(((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0)
  return hostOf(`${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`, { family: 4, value })
}

/** It inherits nothing: a program that gives all objects an address makes no name an address. Many are given the same one. */
function hostOf(text: string, address: Address | undefined): Host {
  return freeze({ __proto__: null, text, address: address && freeze(address) } as unknown as Host)
}

function formatIPv4(value: bigint): string {
  return `${value >> 24n}.${(value >> 16n) & 255n}.${(value >> 8n) & 255n}.${value & 255n}`
}

/** Characters that would end the host, or that a parser drops: such a text never was a host. */
function hasDelimiter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = charCodeAt(text, index)
    if (code <= 32 || code === 127) return true
    if (indexOf("/\\?#@[]:", slice(text, index, index + 1)) !== -1) return true
  }
  return false
}
