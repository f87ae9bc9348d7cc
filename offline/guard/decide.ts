import { OfflineError } from "../error.ts"
import { canonicalHost, isLocalName, isLoopback } from "../policy/host.ts"
import { formatEntry, judge, type Policy, type Verdict } from "../policy.ts"
import { now } from "../primordials.ts"
import { localAddress } from "./local-address.ts"

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
 * @returns the host in the spelling that was decided on (an address for `localhost`): dial this one, never the input
 * @throws OfflineError when the policy does not allow it
 */
export type Decide = (attempt: Attempt) => string

/** What decisions are made on, and who is told of refusals. */
export interface DecideOptions {
  policy: Policy
  /** What switched offline on, for errors. */
  origin: string
  /** The file that an error tells people to write to. */
  userConfig: string
  /** The policy is the build's alone, so an error names no setting. */
  locked?: boolean
  /** Told ahead of the refusal; `trace` was made where it is refused. */
  onDenied?: (denial: Denial, trace: Error) => void
}

export function createDecide(options: DecideOptions): Decide {
  const { policy, onDenied } = options
  return ({ host, port, api, asksServer, instead }) => {
    const canonical = canonicalHost(host)
    const verdict: Verdict = canonical ? judge(policy, canonical, port) : { allowed: false }
    const needless = asksServer === true && canonical !== undefined && isLoopback(canonical)
    if (verdict.allowed && !needless) return isLocalName(canonical!) ? localAddress(port) : canonical!.text
    const shown = canonical?.text ?? host
    onDenied?.({ time: now(), host: shown, port, api }, new Error())
    throw new OfflineError(explain({ host: shown, port, api, instead }, verdict, options))
  }
}

/** What was blocked, by which rule, and the exact setting that would allow it. */
function explain({ host, port, api, instead }: Attempt, verdict: Verdict, options: DecideOptions): string {
  if (verdict.allowed)
    return `${api} of ${host} was blocked: OpenCode is offline (${options.origin}), and a name server would be asked about this machine. dns.lookup answers without one`
  const entry = formatEntry(host, port)
  return `${api} to ${entry} was blocked: OpenCode is offline (${options.origin}), and ${explainRule(entry, verdict, options)}${instead ? `. Or: ${instead}` : ""}`
}

/**
 * By which rule a host is denied, and the exact setting that would allow it.
 * @param entry the host and the port as an entry names them
 */
export function explainRule(
  entry: string,
  { asked }: { asked?: { origin: string } },
  { userConfig, locked }: Pick<DecideOptions, "userConfig" | "locked">,
): string {
  if (locked) {
    const rule = asked ? `${asked.origin} asks for it in vain` : "no entry names it"
    return `${rule}: the policy of this build is locked. Only another build can allow it`
  }
  const rule = asked
    ? `${asked.origin} asks for it, but may not allow anything`
    : "no entry of the policy names it"
  return `${rule}. To allow it: OPENCODE_OFFLINE_ALLOW=${entry}, or "offline": { "allow": ["${entry}"] } in ${userConfig}`
}
