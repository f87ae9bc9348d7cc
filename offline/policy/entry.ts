import { endsWith } from "../primordials.ts"
import { type Block, contains } from "./address.ts"
import type { Host } from "./host.ts"

/** How an allow-list is written, and handed to a worker. */
export interface Line {
  text: string
  /** For people: a variable, or a file and the key in it. */
  origin: string
  /** What an URL points at. Then the line is this host on this port, whatever else its text could be read as. */
  at?: { host: string; port: number }
}

/** What one line of an allow-list matches. */
export type Matcher =
  | { kind: "name"; name: string; port?: number }
  | { kind: "suffix"; suffix: string; port?: number }
  | { kind: "blocks"; blocks: Block[]; port?: number }

/** One line of an allow-list, and where it stands. */
export interface Entry extends Pick<Line, "text" | "origin"> {
  matcher: Matcher
}

/**
 * Whether the entry allows the host on the port.
 * @param port undefined when there is none yet, as in a DNS query: then an entry for any port allows it
 */
export function matches(matcher: Matcher, host: Host, port: number | undefined): boolean {
  if (matcher.port !== undefined && port !== undefined && matcher.port !== port) return false
  if (matcher.kind === "name") return matcher.name === host.text
  if (matcher.kind === "suffix") return !host.address && endsWith(host.text, matcher.suffix)
  if (!host.address) return false
  for (let index = 0; index < matcher.blocks.length; index++) {
    if (contains(matcher.blocks[index]!, host.address)) return true
  }
  return false
}
