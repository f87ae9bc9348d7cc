/** What of a project's configuration stays, and what is left out, each by its name: `plugin`, `mcp.NAME`. */
export interface Kept {
  value: unknown
  leftOut: string[]
}

/** Whether a package that a provider names is one that OpenCode's own catalogue names, too. */
export type IsKnown = (name: string) => boolean

/**
 * Keys of opencode.json and tui.json by which no code is run. It is a list of what stays: a key that nobody has looked at
 * may name a program.
 */
const STAYS = new Set(
  [
    "$schema agent agents attachment attachments autoshare autoupdate command commands compaction default_agent",
    "disabled_providers enabled_providers enterprise experimental instructions layout logLevel media mode model offline",
    "permission permissions provider providers reference references server share skills small_model snapshot snapshots",
    "subagent_depth tool_output tools username watcher websearch",
    "attention cursor diff_style keybinds leader_timeout mouse prompt scroll_acceleration scroll_speed theme",
  ].flatMap((names) => names.split(" ")),
)

/** The same of the key `experimental`. */
const EXPERIMENTAL = new Set(
  [
    "batch_tool continue_loop_on_deny disable_paste_summary mcp_timeout openTelemetry policies",
    "portable_shell_scanner primary_tools subagent_depth",
  ].flatMap((names) => names.split(" ")),
)

/** Keys of an MCP server that is only connected to. */
const REMOTE = new Set("codemode disabled enabled headers oauth timeout type url".split(" "))

/** Keys whose value is a package, or a path, that a provider's code is imported from. */
const PACKAGE = new Set(["npm", "package"])

/**
 * Leaves out what names a program, a file or a package that OpenCode would run: plugins, local MCP servers, the shell,
 * formatters, language servers, providers' packages.
 * @param raw a file of configuration, parsed, with nothing left to be put in
 */
export function leaveOutCode(raw: unknown, isKnown: IsKnown): Kept {
  // A key `__proto__` of the text is the prototype of what was parsed, and upstream would find its keys.
  const value: unknown = JSON.parse(JSON.stringify(raw ?? null))
  if (!isRecord(value)) return { value: raw, leftOut: [] }
  const leftOut: string[] = []
  return { value: keepSettings(value, isKnown, leftOut), leftOut }
}

function keepSettings(
  value: Record<string, unknown>,
  isKnown: IsKnown,
  leftOut: string[],
): Record<string, unknown> {
  return keep(value, leftOut, (name, item) => {
    if (name === "mcp" && isRecord(item)) return keepServers(item, "mcp", leftOut)
    if (name === "experimental" && isRecord(item)) return keepExperimental(item, leftOut)
    if (name === "tui" && isRecord(item)) return keepSettings(item, isKnown, leftOut)
    if (name === "provider" || name === "providers") return keepKnown(item, name, isKnown, leftOut)
    // Off is nothing that runs; any other value has programs run, those of the project among them.
    if (name === "formatter" || name === "lsp") return item === false ? false : undefined
    return STAYS.has(name) ? item : undefined
  })
}

function keepExperimental(value: Record<string, unknown>, leftOut: string[]): Record<string, unknown> {
  const names: string[] = []
  const kept = keep(value, names, (name, item) => (EXPERIMENTAL.has(name) ? item : undefined))
  leftOut.push(...names.map((name) => `experimental.${name}`))
  return kept
}

function keepServers(
  value: Record<string, unknown>,
  path: string,
  leftOut: string[],
): Record<string, unknown> {
  const names: string[] = []
  const kept = keep(value, names, (name, item) => {
    if (!isRecord(item)) return undefined
    if (item.type === "remote") return only(item, REMOTE)
    if (name === "servers" && path === "mcp") return keepServers(item, "mcp.servers", leftOut)
    const isNoServer = Object.values(item).every((part) => typeof part === "number" || part === false)
    return isNoServer ? item : undefined
  })
  leftOut.push(...names.map((name) => `${path}.${name}`))
  return kept
}

/** All of it, but no package that a registry or a disk would have to give. */
function keepKnown(value: unknown, path: string, isKnown: IsKnown, leftOut: string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => keepKnown(item, path, isKnown, leftOut))
  if (!isRecord(value)) return value
  const kept = Object.entries(value).flatMap(([name, item]): [string, unknown][] => {
    const isUnknown = PACKAGE.has(name) && !isRecord(item) && !(typeof item === "string" && isKnown(item))
    if (!isUnknown) return [[name, keepKnown(item, `${path}.${name}`, isKnown, leftOut)]]
    leftOut.push(`${path}.${name}`)
    return []
  })
  return Object.fromEntries(kept)
}

function keep(
  value: Record<string, unknown>,
  leftOut: string[],
  choose: (name: string, item: unknown) => unknown,
): Record<string, unknown> {
  const kept = Object.entries(value).flatMap(([name, item]): [string, unknown][] => {
    const chosen = choose(name, item)
    if (chosen === undefined) leftOut.push(name)
    return chosen === undefined ? [] : [[name, chosen]]
  })
  return Object.fromEntries(kept)
}

function only(value: Record<string, unknown>, names: Set<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.has(name)))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
