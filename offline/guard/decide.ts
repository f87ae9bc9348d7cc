import { OfflineError } from "../error.ts"
import { canonicalHost } from "../policy/host.ts"
import { formatEntry, judge, type Policy, type Verdict } from "../policy.ts"
import { now } from "../primordials.ts"

/** A connection that is about to be opened. */
export interface Attempt {
  /** As the caller gave it. */
  host: string
  /** undefined when there is none, as in a DNS query. */
  port?: number
  /** The API that was called, for people: `fetch`, `node:net`. */
  api: string
}

/** An attempt that was refused. */
export interface Denial {
  /** Milliseconds since 1970. */
  time: number
  host: string
  port: number | undefined
  api: string
}

/**
 * The one question that every interception asks.
 * @returns the host in the spelling that was decided on: dial this one, never the input
 * @throws OfflineError when the policy does not allow it
 */
export type Decide = (attempt: Attempt) => string

/** Attempts that are kept in memory; older ones are dropped. */
const KEPT = 1000

export function createDecide(
  { policy, origin, userConfig }: { policy: Policy; origin: string; userConfig: string },
  denied: Denial[],
): Decide {
  return ({ host, port, api }) => {
    const canonical = canonicalHost(host)
    const verdict: Verdict = canonical ? judge(policy, canonical, port) : { allowed: false }
    if (verdict.allowed) return canonical!.text
    if (denied.length === KEPT) denied.shift()
    const shown = canonical?.text ?? host
    denied[denied.length] = { time: now(), host: shown, port, api }
    throw new OfflineError(explain({ host: shown, port, api }, verdict.asked, { origin, userConfig }))
  }
}

/** What was blocked, by which rule, and the exact setting that would allow it. */
function explain(
  { host, port, api }: Attempt,
  asked: { text: string; origin: string } | undefined,
  { origin, userConfig }: { origin: string; userConfig: string },
): string {
  const entry = formatEntry(host, port)
  const rule = asked
    ? `${asked.origin} asks for it, but a project's own file cannot allow anything`
    : "no entry of the policy names it"
  const allow = `OPENCODE_OFFLINE_ALLOW=${entry}, or "offline": { "allow": ["${entry}"] } in ${userConfig}`
  return `${api} to ${entry} was blocked: OpenCode is offline (${origin}), and ${rule}. To allow it: ${allow}`
}
