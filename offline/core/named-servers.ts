import { readConfigSources } from "../config-files.ts"
import { parseConfig } from "../config-text.ts"
import { canonicalHost } from "../policy/host.ts"
import { hostOfUrl } from "../server/foreign.ts"
import type { Named } from "../server/named.ts"

interface Said {
  cors: string[]
  mdns: boolean
  mdnsDomain: string | undefined
}

/** Upstream's, where none is said. */
const MDNS_DOMAIN = "opencode.local"

/**
 * What the command line, and configuration other than a project's, say of servers.
 * @throws SettingError when a configuration file cannot be read
 */
export function readNamed(words: readonly string[], env: NodeJS.ProcessEnv): Named {
  const all = [readSaid(words), ...configured(env)]
  const origins = all.flatMap(({ cors }) => cors)
  const domains = all.flatMap(({ mdnsDomain }) => mdnsDomain ?? [])
  const mdns = all.some(({ mdns }) => mdns) ? [MDNS_DOMAIN, ...domains] : []
  const hosts = [...origins.map(hostOfUrl), ...mdns.map(canonicalHost)]
  return { origins, hosts: hosts.flatMap((host) => host?.text ?? []) }
}

/** Reads words as yargs does: `--cors` takes every word up to the next option. */
function readSaid(words: readonly string[]): Said {
  const found: Said = { cors: [], mdns: false, mdnsDomain: undefined }
  const end = words.indexOf("--")
  let option = ""
  for (const word of end === -1 ? words : words.slice(0, end)) {
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? []
    if (name !== undefined) option = name
    else if (word.startsWith("-")) option = ""
    const given = name === undefined ? word : value
    if (option === "cors" && given !== undefined) found.cors.push(given)
    if (option === "mdns-domain" && given !== undefined) found.mdnsDomain ??= given
    if (option === "mdns") found.mdns = given !== "false"
  }
  return found
}

function configured(env: NodeJS.ProcessEnv): Said[] {
  return readConfigSources({ env, directories: [] }).flatMap(({ text, folder, trust }) => {
    const { value, malformed } = parseConfig(text, folder, env)
    if (malformed || trust === "project" || !isRecord(value) || !isRecord(value.server)) return []
    const { cors, mdns, mdnsDomain } = value.server
    return {
      cors: Array.isArray(cors) ? cors.filter((origin) => typeof origin === "string") : [],
      mdns: mdns === true,
      mdnsDomain: typeof mdnsDomain === "string" ? mdnsDomain : undefined,
    }
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
