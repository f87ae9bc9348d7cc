import { type CliTable, embedded } from "../embedded.ts"

/** What the command line says before upstream parses it. */
export interface Arguments {
  /** Values of --offline and --no-offline, as text, each with how it was written. */
  offline: { value: string; written: string }[]
  /** All words but those of the switch. */
  words: string[]
  /** The words that are neither options nor values of such: upstream's command first, or a folder. */
  bare: string[]
  /** The options that are given, without dashes, and what follows `=`, or the word that they take. */
  options: Map<string, string | undefined>
  /** Folders that the command names as its project; none means the working directory. */
  directories: string[]
  /** The URL after `attach`, or of `run --attach`. */
  attach: string | undefined
}

/** What is taken for granted where the release's table is not known: the options that are of interest here. */
const UNKNOWN: CliTable = { commands: [], valueOptions: ["attach", "cwd", "dir"] }

/**
 * Reads the command line as yargs will: nothing after `--` counts, and a boolean option takes the next word only if that
 * is `true` or `false`.
 * @param words those after the program's name
 * @param table what upstream's command line has. Where it is not known, the first bare word may be a command or a folder
 */
export function readArguments(words: readonly string[], table = embedded.cli ?? UNKNOWN): Arguments {
  const end = words.indexOf("--")
  const before = end === -1 ? words : words.slice(0, end)
  const said: Omit<Arguments, "directories" | "attach"> = {
    offline: [],
    words: [],
    bare: [],
    options: new Map(),
  }
  for (let index = 0; index < before.length; index++) {
    const word = before[index]!
    const next = before[index + 1]
    const [, name = "", value] = /^--?([^=]+)(?:=(.*))?$/s.exec(word) ?? []
    const isSwitch = name === "offline" || name === "no-offline"
    const takesNext = value === undefined && takes(name, next, table)
    if (isSwitch) {
      const given = value ?? (takesNext ? next! : "1")
      said.offline.push({ value: negate(name, given), written: value === undefined ? `--${name}` : word })
    } else if (name === "") said.bare.push(word)
    else said.options.set(name, value ?? (takesNext ? next : undefined))
    if (!isSwitch) said.words.push(word, ...(takesNext ? [next!] : []))
    if (takesNext) index++
  }
  said.words.push(...words.slice(before.length))
  return { ...said, ...project(said, table) }
}

/** Whether `--help` is asked for: upstream answers that, whatever the command. */
export function asksForHelp({ options }: Arguments): boolean {
  return options.has("help") || options.has("h")
}

/** Whether the first bare word is a command of upstream's, and no folder. */
export function isCommand(word: string | undefined, table = embedded.cli ?? UNKNOWN): word is string {
  return word !== undefined && (word === "offline" || table.commands.includes(word))
}

function takes(name: string, next: string | undefined, { valueOptions }: CliTable): boolean {
  if (next === undefined) return false
  return name === "offline"
    ? /^(true|false)$/.test(next)
    : valueOptions.includes(name) && !next.startsWith("-")
}

function negate(name: string, value: string): string {
  if (name === "offline") return value
  return value === "1" ? "0" : `no-offline=${value}`
}

function project(
  { bare, options }: Pick<Arguments, "bare" | "options">,
  table: CliTable,
): Pick<Arguments, "directories" | "attach"> {
  const [command, ...rest] = bare
  const chosen = [options.get("dir"), options.get("cwd")].filter((folder) => folder !== undefined)
  return {
    directories: isCommand(command, table) ? chosen : [...chosen, ...bare],
    attach: command === "attach" ? rest[0] : command === "run" ? options.get("attach") : undefined,
  }
}
