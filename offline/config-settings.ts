import type { ConfigSource } from "./config-files.ts"
import { type ParsedConfig, parseConfig, parseFixed } from "./config-text.ts"
import { SettingError } from "./error.ts"
import { type PolicyKeys, readPolicyKeys } from "./policy/keys.ts"
import { endpointOf, type Line } from "./policy.ts"

/** What one configuration says about being offline. */
export interface ConfigSettings {
  source: ConfigSource
  /** Whether the key `offline` switches it on; undefined when it is not there, or leaves that to others. */
  offline: boolean | undefined
  /** What else the key says. */
  keys: PolicyKeys
  /** What it names: `offline.allow`, where its providers are, where its MCP servers are. */
  lines: Line[]
  /** The same of managed configuration, as far as no variable and no other file has a part in it. */
  fixed: Line[]
}

/**
 * @throws SettingError when there is a key `offline` whose value is neither true nor false nor an object of the policy's
 * keys, or that stands twice
 */
export function readSettings(source: ConfigSource, env: NodeJS.ProcessEnv): ConfigSettings {
  const parsed = parseConfig(source.text, source.folder, env)
  // What an administrator decides is not to be changed by a variable that is put into the text.
  const deciding = source.trust === "managed" ? parseFixed(source.text) : parsed
  // Upstream stops at it, too; but what an administrator decided must not be lost even for what it answers before.
  if (source.trust === "managed" && parsed.malformed)
    throw lost(`${source.name} is malformed, and it is managed`)
  const { offline, keys } = readOffline(deciding, source)
  return {
    source,
    offline,
    keys,
    lines: readLines(parsed, source, env),
    fixed: source.trust === "managed" ? readLines(deciding, source) : [],
  }
}

function readOffline(
  { value, malformed, repeated }: ParsedConfig,
  source: ConfigSource,
): Pick<ConfigSettings, "offline" | "keys"> {
  if (repeated !== undefined)
    throw new SettingError(`${source.name} has the key "${repeated}" twice`, "Write it once.")
  const offline = isRecord(value) ? value.offline : undefined
  // Upstream stops at a malformed file. The switch must not be lost with it, but nothing else of it is believed.
  if (malformed && (offline === undefined || source.trust === "managed") && /"offline"\s*:/.test(source.text))
    throw lost(`${source.name} has a key "offline", but is malformed, so its value is lost`)
  if (offline === undefined || typeof offline === "boolean") return { offline, keys: {} }
  const by = source.trust === "managed" ? "administrator" : "anyone"
  const keys = readPolicyKeys(offline, `${source.name} has "offline": ${JSON.stringify(offline)}`, by)
  return { offline: keys.mode === undefined || keys.mode === "always" || undefined, keys }
}

function lost(what: string): SettingError {
  return new SettingError(what, "Make it JSON; comments and trailing commas may stand in it.")
}

/** @param env undefined leaves out what a variable or a file is put into */
function readLines(
  { value, malformed }: ParsedConfig,
  source: ConfigSource,
  env?: NodeJS.ProcessEnv,
): Line[] {
  if (malformed || !isRecord(value)) return []
  return [
    ...allowed(value.offline, source),
    ...providers(value.provider, source, env),
    ...servers(value.mcp, source, env),
  ]
}

function allowed(value: unknown, source: ConfigSource): Line[] {
  const allow = isRecord(value) ? value.allow : undefined
  return isTexts(allow) ? allow.map((text) => ({ text, origin: `${source.name} (offline.allow)` })) : []
}

/** Upstream takes `options.baseURL`, or `api` of the provider or of a model, and puts variables in (`${NAME}`). */
function providers(value: unknown, source: ConfigSource, env: NodeJS.ProcessEnv | undefined): Line[] {
  return entries(value).flatMap(([id, provider]) => {
    const key = `provider.${id}`
    const options = isRecord(provider.options) ? provider.options : {}
    const urls: [string, unknown][] = [
      [`${key}.options.baseURL`, options.baseURL],
      [`${key}.options.endpoint`, options.endpoint],
      [`${key}.api`, provider.api],
      ...entries(provider.models).map(([model, { provider: own }]): [string, unknown] => [
        `${key}.models.${model}.provider.api`,
        isRecord(own) ? own.api : undefined,
      ]),
    ]
    return urls.flatMap(([name, url]) => line(name, env ? withVariables(url, env) : asItStands(url), source))
  })
}

function servers(value: unknown, source: ConfigSource, env: NodeJS.ProcessEnv | undefined): Line[] {
  return entries(value).flatMap(([id, { url }]) => line(`mcp.${id}.url`, env ? url : asItStands(url), source))
}

function line(key: string, url: unknown, source: ConfigSource): Line[] {
  const endpoint = typeof url === "string" ? endpointOf(url) : undefined
  return endpoint ? [{ ...endpoint, origin: `${source.name} (${key})` }] : []
}

function withVariables(url: unknown, env: NodeJS.ProcessEnv): unknown {
  if (typeof url !== "string") return undefined
  return url.replace(/\$\{([^}]+)\}/g, (token, name: string) => env[name] ?? token)
}

function asItStands(url: unknown): unknown {
  return typeof url === "string" && /\$\{|\{(env|file):/.test(url) ? undefined : url
}

function entries(value: unknown): [string, Record<string, unknown>][] {
  return Object.entries(isRecord(value) ? value : {}).filter(
    (entry): entry is [string, Record<string, unknown>] => isRecord(entry[1]),
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string")
}
