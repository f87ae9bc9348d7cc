import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"
import { formatBytes } from "../lib/log.ts"
import { replaceTable } from "../lib/made-table.ts"
import { isMet, type Line, type Measured } from "./lines.ts"

const ROOT = join(import.meta.dirname, "../..")

/** Where the table stands. */
export const PAGE = join(ROOT, "docs/bench.md")
/** How it is made, as its first line says. */
export const MAKER = "npm run bench"
/** What it is made from. */
export const RESULTS = join(ROOT, "docs/data/bench.json")

const line = z.strictObject({
  name: z.string(),
  stock: z.string().optional(),
  built: z.string(),
  value: z.number(),
  target: z.number(),
  unit: z.enum(["ratio", "bytes"]),
})

const results = z.strictObject({
  /** Upstream's version. */
  opencode: z.string(),
  /** Its cores and memory, and how slow it was. */
  machine: z.string(),
  parts: z.array(z.strictObject({ title: z.string(), lines: z.array(line) })),
})

/** What a whole run of the benchmark measured. */
export type Results = z.infer<typeof results>

/** @throws Failure when nothing was written down yet, or something else */
export async function readResults(file = RESULTS): Promise<Results> {
  try {
    return results.parse(JSON.parse(await readFile(file, "utf8")))
  } catch (error) {
    throw new Failure({
      what: `${file} has no results of the benchmark`,
      why: error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message,
      next: "npm run bench -- --write-docs",
    })
  }
}

/** Writes the results down, and the table that they give. */
export async function writeDocs(measured: Results): Promise<void> {
  await write(RESULTS, `${JSON.stringify(measured, null, 2)}\n`)
  await write(PAGE, replaceTable(await readFile(PAGE, "utf8"), MAKER, printDocsTable(measured)))
}

/** Whether the table is the one that the results give. @throws Failure when there are none */
export async function areDocsCurrent(): Promise<boolean> {
  const text = await readFile(PAGE, "utf8")
  return text === replaceTable(text, MAKER, printDocsTable(await readResults()))
}

/** The table of docs/bench.md: a row a part and target, with the least and the most of its lines. */
export function printDocsTable({ opencode, machine, parts }: Results): string {
  return [
    `Beside upstream's ${opencode}, on a machine with ${machine}:`,
    "",
    "| | measured | target | |",
    "|---|---|---|---|",
    ...parts.flatMap(rowsOf),
  ].join("\n")
}

function rowsOf({ title, lines }: Measured): string[] {
  const groups = Map.groupBy(lines, ({ target, unit }) => `${target} ${unit}`)
  return [...groups.values()].map((group) => {
    const [first] = group as [Line, ...Line[]]
    const missed = group.filter((one) => !isMet(one)).map(({ name }) => name)
    const verdict =
      missed.length === 0 ? "met" : `**missed**${group.length > 1 ? `: ${missed.join(", ")}` : ""}`
    const name = group.length > 1 ? title : first.name
    return `| ${[name, range(group), limit(first), verdict].join(" | ")} |`
  })
}

const limit = ({ target, unit }: Line) => (unit === "ratio" ? `${target} x` : formatBytes(target))

function range(lines: Line[]): string {
  const values = lines.map(({ value }) => value).sort((a, b) => a - b)
  const [least, most] = [values[0]!, values.at(-1)!]
  if (lines[0]!.unit === "bytes") return formatBytes(most)
  const text = least.toFixed(2)
  return text === most.toFixed(2) ? `${text} x` : `${text} to ${most.toFixed(2)} x`
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}
