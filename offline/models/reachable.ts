import type { KernelSettings } from "../kernel/settings.ts"
import { canonicalHost, isLoopback } from "../policy/host.ts"
import { DEFAULT_PORTS, isNamed, judge, type Policy } from "../policy.ts"
import { parseUrl } from "../primordials.ts"
import { listed } from "./catalogue.ts"
import { catalogueEntry } from "./lazy.ts"
import { hostsOfPackage } from "./package-hosts.ts"

/** A provider as upstream lists it, as far as it is read. */
export interface Provider {
  /** `config` where a configuration names it. */
  source?: string
  options?: Record<string, unknown>
  models: Record<string, Model>
}

/** What decides: the policy, and where the kernel holds all programs, how. */
export interface Deciding {
  policy: Policy
  kernel?: KernelSettings
}

interface Model {
  api: { url?: string; npm?: string }
}

/**
 * The providers, and of each the models, that the policy lets through: decided by where a request would go. A package that is
 * not known may connect to anywhere; then who configured the provider is believed, and the guard decides.
 * @param env what variables in addresses (`${NAME}`) are taken from
 * @returns the providers that are left whole are the same objects
 */
export function reachable<P extends Provider>(
  providers: Record<string, P>,
  by: Deciding,
  env: NodeJS.ProcessEnv,
): Record<string, P> {
  const may = remembering((place) => mayConnect(place, by, env))
  const lets = (provider: Provider) => (model: Model) => may(placeOf(provider, model))
  const kept = Object.entries(providers).flatMap(([id, provider]): [string, P][] => {
    // Most are left out, and what the catalogue says is enough for that: their models need not be made.
    const entry = catalogueEntry(provider)
    const sketch = entry && listed(entry)
    if (sketch && !Object.values(sketch.models).some(lets(sketch))) return []
    const all = Object.entries(provider.models)
    const models = all.filter(([, model]) => lets(provider)(model))
    if (models.length === 0) return []
    return [
      [id, models.length === all.length ? provider : { ...provider, models: Object.fromEntries(models) }],
    ]
  })
  return Object.fromEntries(kept)
}

/** What decides where requests to a model go: an address, or its package. */
interface Place {
  url?: string
  npm?: string
  /** Whether a configuration names the provider. */
  configured: boolean
}

/** Upstream takes `options.baseURL` for all models of a provider, else each model's own address. */
function placeOf({ options = {}, source }: Provider, { api }: Model): Place {
  const url = [options.baseURL, options.endpoint, api.url].find(isText)
  return { url, npm: api.npm, configured: source === "config" }
}

function mayConnect({ url, npm = "", configured }: Place, by: Deciding, env: NodeJS.ProcessEnv): boolean {
  const address = url?.replace(/\$\{([^}]+)\}/g, (token, name: string) => env[name] ?? token)
  if (address !== undefined && !address.includes("${")) return mayAsk(address, by)
  // A part of the host is known to the package only.
  const behind = address && /\}(\.[^/:{}]+)(?:[:/]|$)/.exec(address)?.[1]
  const hosts = behind ? [behind] : hostsOfPackage(npm)
  return hosts ? hosts.some((host) => namesOneOf(host, by.policy)) : configured
}

function mayAsk(address: string, { policy, kernel }: Deciding): boolean {
  const url = parseUrl(address)
  const host = url?.hostname ? canonicalHost(url.hostname) : undefined
  if (!url || !host) return false
  const port = Number(url.port || DEFAULT_PORTS[url.protocol])
  // Of this machine's ports the guard lets all through, and the kernel those that are named.
  if (kernel?.loopback === "own" && isLoopback(host)) return isNamed(policy, host, port)
  return judge(policy, host, port).allowed
}

/** Whether the policy lets the host through or, where it begins with a dot, names any below it. */
function namesOneOf(host: string, policy: Policy): boolean {
  if (!host.startsWith(".")) return judge(policy, { text: host }, 443).allowed
  return policy.entries.some(({ matcher }) => {
    if (matcher.kind === "name") return matcher.name.endsWith(host)
    return matcher.kind === "suffix" && (matcher.suffix.endsWith(host) || host.endsWith(matcher.suffix))
  })
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== ""
}

/** Catalogues have thousands of models, in a hundred places. */
function remembering(decide: (place: Place) => boolean): (place: Place) => boolean {
  const decided = new Map<string, boolean>()
  return (place) => {
    const key = JSON.stringify(place)
    const known = decided.get(key) ?? decide(place)
    decided.set(key, known)
    return known
  }
}
