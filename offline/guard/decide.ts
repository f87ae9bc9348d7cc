import { OfflineError } from "../error.ts"
import { canonicalHost, isBelowLocalhost, isLoopback } from "../policy/host.ts"
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
  /** A name server will be asked: then it does not help that the name is this machine's own. */
  asksServer?: boolean
  /** What else would do, for people; goes at the end of the error. */
  instead?: string
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
 * @returns the host in the spelling that was decided on (`localhost` for a name below it): dial this one, never the input
 * @throws OfflineError when the policy does not allow it
 */
export type Decide = (attempt: Attempt) => string

/** Attempts that are kept in memory; older ones are dropped. */
const KEPT = 1000

export function createDecide(
  { policy, origin, userConfig }: { policy: Policy; origin: string; userConfig: string },
  denied: Denial[],
): Decide {
  return ({ host, port, api, asksServer, instead }) => {
    const canonical = canonicalHost(host)
    const verdict: Verdict = canonical ? judge(policy, canonical, port) : { allowed: false }
    const needless = asksServer === true && canonical !== undefined && isLoopback(canonical)
    if (verdict.allowed && !needless) return isBelowLocalhost(canonical!.text) ? "localhost" : canonical!.text
    if (denied.length === KEPT) denied.shift()
    const shown = canonical?.text ?? host
    denied[denied.length] = { time: now(), host: shown, port, api }
    throw new OfflineError(explain({ host: shown, port, api, instead }, verdict, { origin, userConfig }))
  }
}

/** What was blocked, by which rule, and the exact setting that would allow it. */
function explain(
  { host, port, api, instead }: Attempt,
  verdict: Verdict,
  { origin, userConfig }: { origin: string; userConfig: string },
): string {
  const entry = formatEntry(host, port)
  if (verdict.allowed)
    return `${api} of ${host} was blocked: OpenCode is offline (${origin}), and a name server would be asked about this machine. dns.lookup answers without one`
  const rule = verdict.asked
    ? `${verdict.asked.origin} asks for it, but a project's own file cannot allow anything`
    : "no entry of the policy names it"
  const allow = `OPENCODE_OFFLINE_ALLOW=${entry}, or "offline": { "allow": ["${entry}"] } in ${userConfig}`
  return `${api} to ${entry} was blocked: OpenCode is offline (${origin}), and ${rule}. To allow it: ${allow}${instead ? `. Or: ${instead}` : ""}`
}
