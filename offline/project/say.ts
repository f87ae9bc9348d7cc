import { warn } from "../denials.ts"
import { isMainThread } from "../handover.ts"
import { print } from "../print.ts"

const said = new Set<string>()

/** Nothing may be printed any more: the screen is the TUI's. */
let quiet = false

/**
 * Names what was left out, once: in OpenCode's log and, except on the TUI's screen, on standard error.
 * @param names of what the file or folder has that would run code
 */
export function sayLeftOut(where: string, names: readonly string[]): void {
  const fresh = names.filter((name) => !said.has(`${where}\n${name}`))
  if (fresh.length === 0) return
  for (const name of fresh) said.add(`${where}\n${name}`)
  warn("left out, as a project's code is not run", { from: where, names: fresh.join(", ") })
  if (isMainThread() && !quiet) print("error", `! ${lineOf({ where, names: fresh })}\n`)
}

/** What a file or folder of a project has that would run code. */
export interface Found {
  where: string
  names: string[]
}

/** A finding as a line, which shows no control character of a name that a repository chose. */
export function lineOf({ where, names }: Found): string {
  const line = `Left out, as a project's code is not run: ${names.join(", ")} (${where})`
  return showable(line)
}

/** Text whose parts a repository chose, without what would move a terminal's cursor. */
export function showable(text: string): string {
  return text.replace(/\p{C}/gu, "?")
}

/** From now on nothing is printed. */
export function keepQuiet(): void {
  quiet = true
}
