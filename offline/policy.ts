import { type Entry, type Line, matches } from "./policy/entry.ts"
import { bracketed, canonicalHost, type Host, isLoopback } from "./policy/host.ts"
import { readLine } from "./policy/read-entry.ts"
import { freeze, indexOf, parseUrl, toNumber } from "./primordials.ts"

/** What may be connected to, and why nothing else may. */
export interface Policy {
  /** Lines that allow. */
  entries: readonly Entry[]
  /** Lines of those who may not allow: a project's own file, a child of OpenCode's. They allow nothing; an error names them. */
  ignored: readonly Entry[]
}

export type { Line }

export type Verdict =
  | { allowed: true /** The entry that names it. */; rule: string; origin: string }
  | { allowed: false /** The line of a project's file that asks for this host. */; asked?: Entry }

/**
 * @param allow lines from trusted sources
 * @param ignored lines from a project's own files; those that cannot be read are left out, as none of them counts
 * @throws SettingError for a line that cannot be read
 */
export function createPolicy(allow: readonly Line[], ignored: readonly Line[] = []): Policy {
  return { entries: createEntries(allow), ignored: createEntries(ignored, { lenient: true }) }
}

/** Deny by default: loopback and what an entry names is allowed, everything else is not. */
export function judge(policy: Policy, host: Host, port: number | undefined): Verdict {
  if (isLoopback(host)) return { allowed: true, rule: "loopback", origin: "always" }
  const entry = firstMatch(policy.entries, host, port)
  if (entry) return { allowed: true, rule: entry.text, origin: entry.origin }
  return { allowed: false, asked: firstMatch(policy.ignored, host, port) }
}

/** Whether an entry names it: loopback, which {@link judge} lets through in any case, by an address or as `localhost`. */
export function isNamed({ entries }: Policy, host: Host, port: number | undefined): boolean {
  if (firstMatch(entries, host, port)) return true
  return isLoopback(host) && firstMatch(entries, { text: "localhost" }, port) !== undefined
}

/**
 * What an URL points at: its host, and its port alone.
 * @returns a line without its origin; undefined when the text is no http(s) or ws(s) URL, or its host has a star in it
 */
export function endpointOf(url: string): Omit<Line, "origin"> | undefined {
  const parts = parseUrl(url)
  const port = parts && (parts.port || DEFAULT_PORTS[parts.protocol])
  const host = parts?.hostname ? canonicalHost(parts.hostname)?.text : undefined
  // No host has a star in it, and to people it would say something else.
  if (host === undefined || indexOf(host, "*") !== -1 || !port) return undefined
  return { text: `${bracketed(host)}:${port}`, at: { host, port: toNumber(port) } }
}

/** How an address is written in an allow-list. */
export function formatEntry(host: string, port: number | undefined): string {
  return port === undefined ? host : `${bracketed(host)}:${port}`
}

export const DEFAULT_PORTS: Readonly<Record<string, string | undefined>> = freeze({
  __proto__: null as never,
  "http:": "80",
  "https:": "443",
  "ws:": "80",
  "wss:": "443",
})

function firstMatch(entries: readonly Entry[], host: Host, port: number | undefined): Entry | undefined {
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index]!
    if (matches(entry.matcher, host, port)) return entry
  }
  return undefined
}

/** At start, and each line once. @param lenient leaves out what cannot be read */
function createEntries(lines: readonly Line[], { lenient = false } = {}): Entry[] {
  const entries: Entry[] = []
  for (const line of lines) {
    if (entries.some(({ text, origin }) => text === line.text && origin === line.origin)) continue
    try {
      entries.push(readLine(line))
    } catch (error) {
      if (!lenient) throw error
    }
  }
  return entries
}
