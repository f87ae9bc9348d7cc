import { Failure } from "./errors.ts"

const END = "<!-- end -->"

/** The line ahead of a table that a command makes; behind the table stands `<!-- end -->`. */
export function beginOf(command: string): string {
  return `<!-- made by ${command} -->`
}

/** The cells of a table's row, without the blanks around them; none of a line that is missing. */
export function cellsOf(row: string | undefined): string[] {
  return (row?.split("|") ?? []).slice(1, -1).map((cell) => cell.trim())
}

/** Puts a table between its markers. Throws a Failure when the text does not have them. */
export function replaceTable(text: string, command: string, table: string): string {
  const mark = beginOf(command)
  const begin = text.indexOf(mark)
  const end = text.indexOf(END, begin)
  if (begin >= 0 && end >= 0) return `${text.slice(0, begin + mark.length)}\n\n${table}\n\n${text.slice(end)}`
  throw new Failure({
    what: "There is no place for the table",
    why: `the file does not have the lines ${mark} and ${END}`,
    next: "put them where the table belongs",
  })
}
