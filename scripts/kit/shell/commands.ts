/** A command as its own `--help` describes it. */
export interface Command {
  /** The words behind the program's name; none for the program itself. */
  path: string[]
  /** As the help writes it, such as `opencode run [message..]`. */
  usage: string
  about: string
  /** Other names of its last word. */
  aliases: string[]
  positionals: Entry[]
  options: Option[]
  commands: Command[]
}

/** A word and what is said of it. */
export interface Entry {
  name: string
  about: string
}

export interface Option extends Omit<Entry, "name"> {
  /** Without dashes, with one letter or more. */
  names: string[]
  takesValue: boolean
  /** The values that it takes, where the help lists them. */
  choices: string[]
  /** As the help writes it. */
  default: string | undefined
}

/** What is read of one command's help; of its sub-commands only what the help of this one says. */
export type Help = Omit<Command, "path" | "aliases" | "commands"> & {
  commands: (Entry & { usage: string; aliases: string[] })[]
}

/**
 * Reads what `--help` prints, as yargs lays it out.
 * @param path the words of the command
 * @returns undefined when it is the help of another command: not each has one of its own
 */
export function parseHelp(program: string, path: string[], text: string): Help | undefined {
  const own = [program, ...path].join(" ")
  const [usage = "", , about = ""] = text.split("\n")
  const hasUsage = usage === own || usage.startsWith(`${own} `)
  if (path.length > 0 && !hasUsage) return undefined
  return {
    usage: hasUsage ? usage : `${own} [options]`,
    about: hasUsage ? about : "",
    commands: section(text, "Commands").flatMap((row) => subCommand(own, row)),
    positionals: section(text, "Positionals").map(({ left, right }) => ({ name: left, about: words(right) })),
    options: section(text, "Options").map(option),
  }
}

/** A row of a table: what stands left, and all that stands right of it. */
interface Row {
  left: string
  right: string
}

/** A word starts at most so far right; what starts further right belongs to the row above. */
const DEEPEST = 8

function section(text: string, name: string): Row[] {
  const lines = text.split("\n")
  const start = lines.indexOf(`${name}:`) + 1
  if (start === 0) return []
  const end = lines.indexOf("", start)
  const rows: Row[] = []
  for (const line of lines.slice(start, end === -1 ? undefined : end)) {
    const [, indent = "", left = "", right = ""] = /^( *)(\S.*?)(?: {2,}(.*))?$/.exec(line) ?? []
    if (indent.length <= DEEPEST) rows.push(splitTight(left, right))
    else if (rows.length > 0) rows.at(-1)!.right += ` ${line.trim()}`
  }
  return rows
}

/** The longest word of a table may have one blank behind it. */
function splitTight(left: string, right: string): Row {
  const [, head, rest] = /^([^[<]*(?:\[[^\]]*\]|<[^>]*>)) (\S.*)$/.exec(left) ?? []
  return head && rest ? { left: head, right: [rest, right].join(" ").trim() } : { left, right }
}

function subCommand(own: string, { left, right }: Row): Help["commands"] {
  const name = left.startsWith(`${own} `) ? /^[a-z][\w-]*/.exec(left.slice(own.length + 1))?.[0] : undefined
  if (!name) return []
  return [{ name, usage: left, about: words(right), aliases: list(right, "aliases") }]
}

function option({ left, right }: Row): Option {
  const names = [...left.matchAll(/(?:^|[ ,])--?([A-Za-z][\w-]*)/g)].map(([, name]) => name!)
  return {
    names,
    about: words(right),
    takesValue: /\[(?:string|number|array)\]/.test(right) || / [A-Z]+$/.test(left),
    choices: list(right, "choices").flatMap(choice),
    // The folder that the help was asked for in is nobody's default.
    default: /\[default: (?!"\/)(.*?\]?)\](?= \[|$)/.exec(right)?.[1],
  }
}

/** What a row says in words, without what yargs puts behind them in brackets. */
function words(right: string): string {
  return right.replace(/ *\[(?:boolean|string|number|array|count|required|default|aliases|choices)\b.*$/, "")
}

/** The scripts write it bare, and shells expand it: so it is taken only where it has nothing to be expanded. */
function choice(written: string): string[] {
  const [, found] = /^"?([\w.:-]+)"?$/.exec(written) ?? []
  return found === undefined ? [] : [found]
}

function list(right: string, key: string): string[] {
  const found = new RegExp(`\\[${key}: ([^\\]]*)\\]`).exec(right)?.[1]
  return found === undefined ? [] : found.split(", ")
}
