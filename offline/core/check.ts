import { userConfigFile } from "../config-files.ts"
import { createDecide, explainRule } from "../guard/decide.ts"
import { createProxyCheck } from "../guard/proxy.ts"
import { portOf } from "../guard/url.ts"
import { bracketed, canonicalHost } from "../policy/host.ts"
import { DEFAULT_PORTS, formatEntry, judge } from "../policy.ts"
import { parseUrl, type UrlParts } from "../primordials.ts"
import type { OfflineState } from "../switch.ts"

/** What `opencode offline check URL --json` prints. */
export interface CheckReport {
  url: string
  allowed: boolean
  /** The entry that allows it; null when none does. */
  rule: string | null
  /** Where that entry stands; for what is denied, the file of a project that asks for it in vain, or null. */
  origin: string | null
  /** A sentence for people. */
  why: string
}

/**
 * Whether a request would be let through: its host and port, and the proxy that it would take. Nothing is connected to
 * and no name is looked up; where the answer would redirect to is not known.
 * @returns undefined when the text is no URL with a host and a port
 */
export function check(text: string, state: OfflineState, env: NodeJS.ProcessEnv): CheckReport | undefined {
  const url = parseUrl(text)
  const host = url?.hostname ? canonicalHost(url.hostname) : undefined
  const port = url && Number(url.port || DEFAULT_PORTS[url.protocol])
  if (!url || !host || !port) return undefined
  if (state.origin === undefined) {
    const why = "OpenCode is online: nothing is held back. With --offline, the policy decides."
    return { url: url.href, allowed: true, rule: null, origin: null, why }
  }
  const options = {
    policy: state.policy,
    origin: state.origin,
    userConfig: userConfigFile(env),
    lockedBy: state.lockedBy,
  }
  const verdict = judge(state.policy, host, port)
  if (!verdict.allowed) {
    const why = explainRule(formatEntry(host.text, port), verdict, options)
    return { url: url.href, allowed: false, rule: null, origin: verdict.asked?.origin ?? null, why }
  }
  const { rule, origin } = verdict
  const refused = proxyRefusal(url, options, env)
  if (refused !== undefined) return { url: url.href, allowed: false, rule, origin, why: refused }
  return { url: url.href, allowed: true, rule, origin, why: `${rule} is allowed (${origin})` }
}

/** Why the proxy of the environment would refuse the request; undefined when it would not, or there is none. */
function proxyRefusal(
  url: UrlParts,
  options: Parameters<typeof createDecide>[0],
  env: NodeJS.ProcessEnv,
): string | undefined {
  try {
    const decide = createDecide(options)
    const hostname = bracketed(decide({ host: url.hostname, port: portOf(url), api: "A request" }))
    createProxyCheck(env, decide)({ ...url, hostname }, undefined, "A request")
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
