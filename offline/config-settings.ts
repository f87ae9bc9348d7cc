import type { ConfigSource } from "./config-files.ts"
import { parseConfig } from "./config-text.ts"
import { SettingError } from "./error.ts"
import { entryForUrl, type Line } from "./policy.ts"

/** What one configuration says about being offline. */
export interface ConfigSettings {
  source: ConfigSource
  /** The key `offline`; undefined when it is not there. */
  offline: boolean | undefined
  /** What it names: `offline.allow`, where its providers are, where its MCP servers are. */
  lines: Line[]
}

/**
 * @throws SettingError when there is a key `offline` whose value is neither true nor false nor `{ "allow": [...] }`
 */
export function readSettings(source: ConfigSource, env: NodeJS.ProcessEnv): ConfigSettings {
  const { value, malformed } = parseConfig(source.text, source.folder, env)
  const config = isRecord(value) ? value : {}
  const offline = readSwitch(config.offline, source)
  // Upstream stops at a malformed file. The switch must not be lost with it, but nothing else of it is believed.
  if (malformed && offline === undefined && /"offline"\s*:/.test(source.text)) throw unreadable(source)
  return {
    source,
    offline,
    lines: malformed
      ? []
      : [
          ...allowed(config.offline, source),
          ...providers(config.provider, source, env),
          ...servers(config.mcp, source),
        ],
  }
}

function readSwitch(value: unknown, source: ConfigSource): boolean | undefined {
  if (value === undefined || typeof value === "boolean") return value
  const keys = isRecord(value) ? Object.keys(value) : undefined
  const allow = isRecord(value) ? (value.allow ?? []) : undefined
  if (keys?.every((key) => key === "allow") && isTexts(allow)) return true
  throw new SettingError(`${source.name} has "offline": ${JSON.stringify(value)}`, ACCEPTED)
}

const ACCEPTED =
  'Write true, false, or { "allow": ["host", "host:port", "*.suffix", "10.0.0.0/8", "private"] }.'

function unreadable(source: ConfigSource): SettingError {
  return new SettingError(
    `${source.name} has a key "offline", but is malformed, so its value is lost`,
    ACCEPTED,
  )
}

function allowed(value: unknown, source: ConfigSource): Line[] {
  const allow = isRecord(value) ? value.allow : undefined
  return isTexts(allow) ? allow.map((text) => ({ text, origin: `${source.name} (offline.allow)` })) : []
}

/** Upstream takes `options.baseURL`, or `api` of the provider or of a model, and puts variables in (`${NAME}`). */
function providers(value: unknown, source: ConfigSource, env: NodeJS.ProcessEnv): Line[] {
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
    return urls.flatMap(([name, url]) => line(name, withVariables(url, env), source))
  })
}

function servers(value: unknown, source: ConfigSource): Line[] {
  return entries(value).flatMap(([id, server]) => line(`mcp.${id}.url`, server.url, source))
}

function line(key: string, url: unknown, source: ConfigSource): Line[] {
  const text = typeof url === "string" ? entryForUrl(url) : undefined
  return text ? [{ text, origin: `${source.name} (${key})` }] : []
}

function withVariables(url: unknown, env: NodeJS.ProcessEnv): unknown {
  if (typeof url !== "string") return undefined
  return url.replace(/\$\{([^}]+)\}/g, (token, name: string) => env[name] ?? token)
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
