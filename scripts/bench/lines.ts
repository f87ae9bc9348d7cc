import { formatBytes, formatDuration } from "../lib/log.ts"
import { median, pairedRatio } from "./rounds.ts"

export type Unit = "ratio" | "bytes"

/** One line of the report. `value` is judged against `target`, which it must not exceed. */
export interface Line {
  name: string
  /** What it is measured against, for people. */
  stock?: string
  built: string
  value: number
  target: number
  unit: Unit
}

/** What every part of the benchmark is given. */
export interface Bench {
  /** The name of the pin. */
  pin: string
  /** Upstream's executable. */
  stock: string
  /** The one that was built for this run. */
  built: string
  /** A ripgrep. */
  ripgrep: string
  /** How often each is run. */
  rounds: number
  /** Says what is being measured now. */
  update(text: string): void
}

/**
 * Ours against upstream's, one value a round of each: the ratio of a round is judged, whose runs shared their conditions.
 * @param format how a value is shown
 */
export function compare(
  name: string,
  [stock, built]: [number[], number[]],
  target: number,
  format: (value: number) => string = formatDuration,
): Line {
  const figures = { stock: format(median(stock)), built: format(median(built)) }
  return { name, ...figures, value: pairedRatio(stock, built), target, unit: "ratio" }
}

export function isMet({ value, target }: Line): boolean {
  return value <= target
}

/** What a part of the benchmark measured. */
export interface Measured {
  title: string
  lines: Line[]
}

/** The lines as a table, for people. */
export function table(lines: Line[]): string {
  const rows = lines.map((line) => [
    line.name,
    line.stock ?? "",
    line.built,
    show(line.value, line.unit),
    `<= ${show(line.target, line.unit)}`,
    isMet(line) ? "met" : "MISSED",
  ])
  const all = [["", "stock", "built", "measured", "target", ""], ...rows]
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)))
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ")).join("\n")
}

function show(value: number, unit: Unit): string {
  return unit === "ratio" ? `${value.toFixed(3)} x` : formatBytes(value)
}
