import { SettingError } from "../error.ts"
import { parseUrl } from "../primordials.ts"
import { type Block, parseIPv4, parseIPv6 } from "./address.ts"
import type { Entry, Line, Matcher } from "./entry.ts"
import { canonicalHost } from "./host.ts"

/*
 * Allow-lists are read at start, ahead of any other code: unlike what decides by them, this may use what a program can
 * replace later.
 */

/**
 * Reads `host`, `host:port`, `*.suffix`, an address, a CIDR block or `private`.
 * @throws SettingError that names the entry and where it stands
 */
export function parseEntry(text: string, origin: string): Entry {
  return { text, origin, matcher: parseMatcher(text.trim(), origin) }
}

/**
 * Reads a line: its text, or what an URL points at.
 * @throws SettingError that names the line and where it stands
 */
export function readLine({ text, origin, at }: Line): Entry {
  return at ? { text, origin, matcher: matcherAt(at, text, origin) } : parseEntry(text, origin)
}

/**
 * The same, with each block of `private` by itself.
 * @throws SettingError that names the line and where it stands
 */
export function matchersOf(line: Line): Pick<Entry, "text" | "matcher">[] {
  const isPrivate = !line.at && line.text.trim().toLowerCase() === "private"
  return isPrivate ? PRIVATE.map((block) => parseEntry(block, line.origin)) : [readLine(line)]
}

/** RFC 1918, ULA (RFC 4193), and link-local in both families. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"]

function parseMatcher(text: string, origin: string): Matcher {
  const fail = (why: string): never => {
    throw new SettingError(
      `${origin} has the entry "${text}": ${why}`,
      "Write a host, host:port, *.suffix, an address, a CIDR block such as 10.0.0.0/8, or private.",
    )
  }
  if (text.toLowerCase() === "private")
    return { kind: "blocks", blocks: PRIVATE.map((block) => parseBlock(block, fail)) }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return fail(`it is a URL; write its host${hint(text)}`)
  if (text.includes("/")) return { kind: "blocks", blocks: [parseBlock(text, fail)] }

  const { host, port } = splitPort(text, fail)
  const suffix = host.startsWith("*.")
  if (host.replace(/^\*\./, "").includes("*"))
    return fail("a star may only stand for the first labels, as in *.example.com")
  const canonical = canonicalHost(suffix ? host.slice(2) : host)
  if (!canonical) return fail("it is neither a host nor an address")
  if (canonical.address) {
    if (suffix) return fail("a star does not go with an address")
    if (!/[:]/.test(host) && canonical.text !== host)
      return fail(`it would be read as the address ${canonical.text}`)
    const { address } = canonical
    return { kind: "blocks", blocks: [{ ...address, bits: bitsOf(address) }], port }
  }
  if (!/^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/.test(canonical.text))
    return fail("it is not a host name")
  return suffix
    ? { kind: "suffix", suffix: `.${canonical.text}`, port }
    : { kind: "name", name: canonical.text, port }
}

function matcherAt({ host, port }: NonNullable<Line["at"]>, text: string, origin: string): Matcher {
  const canonical = canonicalHost(host)
  if (!canonical)
    throw new SettingError(`${origin} points at ${text}, which is no host`, "Write another URL.")
  const { address } = canonical
  if (!address) return { kind: "name", name: canonical.text, port }
  return { kind: "blocks", blocks: [{ ...address, bits: bitsOf(address) }], port }
}

function bitsOf({ family }: Pick<Block, "family">): number {
  return family === 4 ? 32 : 128
}

function hint(url: string): string {
  const parts = parseUrl(url)
  return parts?.hostname ? `, ${parts.hostname}${parts.port && `:${parts.port}`}` : ""
}

function splitPort(text: string, fail: (why: string) => never): { host: string; port?: number } {
  const bracket = /^(\[[^\]]*\])(?::(.*))?$/.exec(text)
  const plain = /^([^:]*):([^:]*)$/.exec(text)
  const [, host, port] = bracket ?? plain ?? [undefined, text, undefined]
  if (port === undefined) return { host: host! }
  const number = /^[1-9]\d{0,4}$/.test(port) ? Number(port) : 0
  if (number < 1 || number > 65535) return fail(`"${port}" is not a port`)
  return { host: host!, port: number }
}

function parseBlock(text: string, fail: (why: string) => never): Block {
  const [, base = "", length = ""] = /^([^/]*)\/(.*)$/.exec(text) ?? []
  const address = base.includes(":") ? parseIPv6(base) : parseIPv4(base)
  const size = base.includes(":") && address?.family === 6 ? 128 : 32
  const bits = /^(0|[1-9]\d{0,2})$/.test(length) ? Number(length) : size + 1
  if (!address || bits > size) return fail("it is not a CIDR block")
  const rest = BigInt(size - bits)
  if ((address.value >> rest) << rest !== address.value)
    return fail(`its address has bits beyond the first ${bits}`)
  return { family: address.family, value: address.value, bits }
}
