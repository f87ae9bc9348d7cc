import { formatBytes, formatDuration } from "../lib/log.ts"

export type Unit = "ratio" | "ms" | "us" | "bytes"

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

export function isMet({ value, target }: Line): boolean {
  return value <= target
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

/** A figure with its unit. A cost may be below zero. */
export function show(value: number, unit: Unit): string {
  if (unit === "ratio") return `${value.toFixed(3)} x`
  if (unit === "us") return `${value.toFixed(1)} us`
  if (unit === "bytes") return formatBytes(value)
  return Math.abs(value) < 100 ? `${value.toFixed(1)} ms` : formatDuration(value)
}
