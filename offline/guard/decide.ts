import { OfflineError } from "../error.ts"
import type { KernelSettings } from "../kernel/settings.ts"
import { canonicalHost, isLocalName, isLoopback } from "../policy/host.ts"
import { formatEntry, isNamed, judge, type Policy, type Verdict } from "../policy.ts"
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

/** An attempt that was decided on. */
export interface Attempted {
  /** Milliseconds since 1970. */
  time: number
  host: string
  port: number | undefined
  api: string
  /** The entry that allows it, or that asks for it in vain; "default" when there is none. */
  rule: string
  /** Where that entry stands; for "default", what switched offline on. */
  origin: string
}

/** An attempt that was refused. */
export type Denial = Attempted

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
  /** Who locked the policy, for people. Then no setting would help, and an error names none. */
  lockedBy?: string
  /** Of kernel mode. */
  kernel?: Pick<KernelSettings, "loopback">
  /** Told ahead of the refusal; `trace` was made where it is refused, `text` is for people. */
  onDenied?: (denial: Denial, trace: Error, text: string) => void
  /** Told ahead of a connection that is allowed; what it throws is thrown in its place. */
  onAllowed?: (attempt: Attempted, trace: Error) => void
}

export function createDecide(options: DecideOptions): Decide {
  const { policy, onAllowed } = options
  return ({ host, port, api, asksServer, instead }) => {
    const canonical = canonicalHost(host)
    const verdict: Verdict = canonical ? judge(policy, canonical, port) : { allowed: false }
    const needless = asksServer === true && canonical !== undefined && isLoopback(canonical)
    const shown = canonical?.text ?? host
    if (verdict.allowed && !needless) {
      const { rule, origin } = verdict
      onAllowed?.({ time: now(), host: shown, port, api, rule, origin }, new Error())
      return isLocalName(canonical!) ? localAddress(port) : shown
    }
    throw refuse({ host: shown, port, api, instead }, verdict, options)
  }
}

/**
 * Says of a port of this machine that could not be connected to that kernel mode refuses it, and reports that.
 * @returns undefined when it does not
 */
export type ExplainPort = (attempt: Attempt) => OfflineError | undefined

/** @returns undefined where no kernel mode holds ports of this machine back */
export function createExplainPort(options: DecideOptions): ExplainPort | undefined {
  if (options.kernel?.loopback !== "own") return undefined
  return (attempt) => {
    const host = canonicalHost(attempt.host)
    if (!host || !isLoopback(host) || isNamed(options.policy, host, attempt.port)) return undefined
    return refuse({ ...attempt, host: host.text }, { allowed: false }, options)
  }
}

/** Reports a refusal, and makes its error. */
function refuse(attempt: Attempt, verdict: Verdict, options: DecideOptions): OfflineError {
  const { host, port, api } = attempt
  const asked = verdict.allowed ? undefined : verdict.asked
  const rule = asked?.text ?? "default"
  const denial = { time: now(), host, port, api, rule, origin: asked?.origin ?? options.origin }
  const error = new OfflineError(explain(attempt, verdict, options), remedyOf(attempt, verdict, options))
  options.onDenied?.(denial, new Error(), OfflineError.forPerson(error))
  return error
}

/** What was blocked, and by which rule. */
function explain({ host, port, api, instead }: Attempt, verdict: Verdict, options: DecideOptions): string {
  if (verdict.allowed)
    return `${api} of ${host} was blocked: OpenCode is offline (${options.origin}), and a name server would be asked about this machine. dns.lookup answers without one`
  const entry = formatEntry(host, port)
  return `${api} to ${entry} was blocked: OpenCode is offline (${options.origin}), and ${ruleOf(verdict, options)}${options.lockedBy === undefined ? ". A person can allow it" : ""}${instead ? `. Or: ${instead}` : ""}`
}

function remedyOf({ host, port }: Attempt, verdict: Verdict, options: DecideOptions): string | undefined {
  return verdict.allowed ? undefined : remedy(formatEntry(host, port), options)
}

/**
 * By which rule a host is denied, and the exact setting that would allow it.
 * @param entry the host and the port as an entry names them
 */
export function explainRule(
  entry: string,
  verdict: { asked?: { origin: string } },
  options: Pick<DecideOptions, "userConfig" | "lockedBy">,
): string {
  const setting = remedy(entry, options)
  return setting === undefined ? ruleOf(verdict, options) : `${ruleOf(verdict, options)}. ${setting}`
}

/** The setting that would allow it, which no model is told; undefined when none would. */
function remedy(
  entry: string,
  { userConfig, lockedBy }: Pick<DecideOptions, "userConfig" | "lockedBy">,
): string | undefined {
  if (lockedBy !== undefined) return undefined
  return `To allow it: OPENCODE_OFFLINE_ALLOW=${entry}, or "offline": { "allow": ["${entry}"] } in ${userConfig}`
}

function ruleOf(
  { asked }: { asked?: { origin: string } },
  { lockedBy }: Pick<DecideOptions, "lockedBy">,
): string {
  if (lockedBy !== undefined) {
    const rule = asked ? `${asked.origin} asks for it in vain` : "no entry names it"
    return `${rule}: the policy of ${lockedBy} is locked. Nothing else can allow it`
  }
  return asked ? `${asked.origin} asks for it, but may not allow anything` : "no entry of the policy names it"
}
