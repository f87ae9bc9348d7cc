import type { Command, Option } from "./commands.ts"

/** What the scripts of all shells are made from: what can stand behind which words. */
export interface Completion {
  /** As a script writes a command: "" for the program, " mcp add" for one below it. */
  at: string
  commands: { name: string; about: string }[]
  options: Option[]
}

/** All commands, each once, and those above ahead of those below. */
export function completions(root: Command): Completion[] {
  return flatten(root).map((command) => ({
    at: place(command),
    commands: command.commands.flatMap(({ path, aliases, about }) =>
      [path.at(-1)!, ...aliases].map((name) => ({ name, about })),
    ),
    options: command.options,
  }))
}

/** Which words lead from a command to one below it: the command's own name, and its other names. */
export function steps(root: Command): { from: string; word: string; to: string }[] {
  return flatten(root).flatMap((above) =>
    above.commands.flatMap((below) =>
      [below.path.at(-1)!, ...below.aliases].map((word) => ({ from: place(above), word, to: place(below) })),
    ),
  )
}

/** The ways to write an option. */
export function spelled({ names }: Pick<Option, "names">): string[] {
  return names.map((name) => (name.length === 1 ? `-${name}` : `--${name}`))
}

/** A text that a shell takes as one word, whatever is in it. Not for fish. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

export function flatten(command: Command): Command[] {
  return [command, ...command.commands.flatMap(flatten)]
}

function place({ path }: Command): string {
  return path.map((word) => ` ${word}`).join("")
}
