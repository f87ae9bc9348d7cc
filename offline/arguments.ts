/** What the command line says before upstream parses it. */
export interface Arguments {
  /** Values of --offline and --no-offline, as text, each with how it was written. */
  offline: { value: string; written: string }[]
  /** Folders that the command names as its project; none means the working directory. */
  directories: string[]
  /** The URL after `attach`, or of `run --attach`. */
  attach: string | undefined
}

/**
 * Reads the switch and the project's folder from the words after the program's name, as yargs will: nothing after `--`
 * counts, and a boolean option takes the next word only if that is `true` or `false`.
 */
export function readArguments(words: readonly string[]): Arguments {
  const end = words.indexOf("--")
  const before = end === -1 ? words : words.slice(0, end)
  const offline: Arguments["offline"] = []
  const named = new Map<string, string>()
  const bare: string[] = []
  for (let index = 0; index < before.length; index++) {
    const word = before[index]!
    const next = before[index + 1]
    const [, name = "", value] = /^--?([^=]+)(?:=(.*))?$/s.exec(word) ?? []
    if (name === "") bare.push(word)
    else if (name === "offline" || name === "no-offline") {
      const given = value ?? (name === "offline" && /^(true|false)$/.test(next ?? "") ? before[++index] : "1")
      offline.push({ value: negate(name, given!), written: value === undefined ? `--${name}` : word })
    } else if (value !== undefined) named.set(name, value)
    else if (WITH_VALUE.has(name) && next !== undefined && !next.startsWith("-"))
      named.set(name, before[++index]!)
  }
  return { offline, ...project(bare, named) }
}

/** Options of upstream's commands that take the next word. One that is missing here costs a look at a folder at most. */
const WITH_VALUE = new Set([
  ..."agent attach command cors cwd dir f file format hostname log-level m mdns-domain model".split(" "),
  ..."p password port prompt s session title u username variant".split(" "),
])

/** Upstream's commands; their first word is no folder. An unknown one is looked at as if it were. */
const COMMANDS = new Set([
  ..."acp agent attach auth completion console db debug export generate github import mcp models".split(" "),
  ..."offline pr providers run serve session stats uninstall upgrade web workspace-serve".split(" "),
])

function negate(name: string, value: string): string {
  if (name === "offline") return value
  return value === "1" ? "0" : `no-offline=${value}`
}

function project(bare: string[], named: Map<string, string>): Pick<Arguments, "directories" | "attach"> {
  const [command, ...rest] = bare
  const chosen = [named.get("dir"), named.get("cwd")].filter((folder) => folder !== undefined)
  return {
    directories: command !== undefined && COMMANDS.has(command) ? chosen : [...chosen, ...bare],
    attach: command === "attach" ? rest[0] : command === "run" ? named.get("attach") : undefined,
  }
}
