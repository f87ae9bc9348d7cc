import type { Row } from "./pull-request.ts"

/**
 * A Markdown text with one row more, padded as upstream's formatter pads tables. A row with the same first cell stays.
 * @returns undefined when there is no table with the row that it stands behind
 */
export function addRow(text: string, { after, cells }: Row): string | undefined {
  const lines = text.split("\n")
  const starts = (cell: string) => (line: string) => cellsOf(line)?.[0] === cell
  if (lines.some(starts(cells[0]!))) return text
  const at = lines.findIndex(starts(after))
  if (at < 0) return undefined
  let first = at
  let last = at
  while (cellsOf(lines[first - 1] ?? "")) first--
  while (cellsOf(lines[last + 1] ?? "")) last++
  const table = lines.slice(first, last + 1)
  const widths = cellsOf(table[0]!, true)!.map((cell) => cell.length - 2)
  const fits = cells.every((cell, i) => cell.length <= (widths[i] ?? 0))
  table.splice(at - first + 1, 0, row(cells, fits ? widths : cells.map(() => 0)))
  return [...lines.slice(0, first), ...(fits ? table : padded(table)), ...lines.slice(last + 1)].join("\n")
}

function cellsOf(line: string, raw = false): string[] | undefined {
  if (!line.startsWith("|") || !line.endsWith("|")) return undefined
  const cells = line.slice(1, -1).split("|")
  return raw ? cells : cells.map((cell) => cell.trim())
}

function padded(table: string[]): string[] {
  const rows = table.map((line) => cellsOf(line)!)
  const isRule = (cell: string) => /^-+$/.test(cell)
  const widths = rows[0]!.map((_, i) =>
    Math.max(...rows.map((cells) => (isRule(cells[i]!) ? 3 : cells[i]!.length))),
  )
  return rows.map((cells) =>
    row(
      cells.map((cell, i) => (isRule(cell) ? "-".repeat(widths[i]!) : cell)),
      widths,
    ),
  )
}

function row(cells: string[], widths: number[]): string {
  return `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`
}
