import { readFile } from "node:fs/promises"
import { z } from "zod"
import { findersOf } from "./check-tree.ts"
import type { NamedPullRequest } from "./pull-request.ts"

const RECORD = new URL("../../docs/data/upstream-finders.json", import.meta.url)
const HEADS = { effect: "newest 1.x", namespaces: "1.3" } as const
const VINTAGES = ["effect", "namespaces"] as const

const File = z.strictObject({
  file: z.string(),
  repository: z.string().optional(),
  commit: z.string().length(40).optional(),
  finders: z
    .array(z.strictObject({ of: z.string(), what: z.string(), states: z.string(), found: z.int() }))
    .min(1),
})
const Files = z.strictObject({
  whole: z.array(
    File.required({ repository: true, commit: true })
      .extend({ sha256: z.string().length(64) })
      .strict(),
  ),
  readThrough: z.array(File.extend({ characters: z.int().positive() }).strict()),
})

/**
 * What was counted in upstream's TypeScript: by the tool in files that were at hand whole; and, in those that were read from
 * their first to their last character, by whoever read, who had the tool count what was retyped of the places.
 */
const Counted = z.strictObject({
  lookedUp: z.iso.date(),
  vintages: z.strictObject({ effect: Files, namespaces: Files }),
})

/**
 * What was counted, as it is kept.
 * @throws when the data are of another form
 */
export async function readCounted(): Promise<z.infer<typeof Counted>> {
  return Counted.parse(JSON.parse(await readFile(RECORD, "utf8")))
}

/** A row a file that finders name: how it was read in each vintage, and how many of its finders were counted in it. */
export async function finderRows(
  requests: NamedPullRequest[],
): Promise<{ heads: string[]; rows: string[][] }> {
  const { vintages } = await readCounted()
  const columns = await Promise.all(
    VINTAGES.map(async (vintage) => tellFiles(await findersOf(requests, vintage), vintages[vintage])),
  )
  const files = [...new Set(columns.flatMap((column) => [...column.keys()]))].sort()
  return {
    heads: ["file", ...VINTAGES.map((vintage) => HEADS[vintage])],
    rows: files.map((file) => [`\`${file}\``, ...columns.map((column) => column.get(file) ?? "")]),
  }
}

function tellFiles(
  finders: { file: string; of: string; what: string }[],
  { whole, readThrough }: z.infer<typeof Files>,
): Map<string, string> {
  const byFile = Map.groupBy(finders, ({ file }) => file)
  const tell = (file: string, all: typeof finders) => {
    const of = new Set(all.map((one) => `${one.of} ${one.what}`)).size
    const counted = [...whole, ...readThrough].find((one) => one.file === file)
    if (!counted) return `not read (${of})`
    const read = whole.some((one) => one.file === file) ? "whole" : "read"
    return `${read}: ${counted.finders.length} of ${of}`
  }
  return new Map([...byFile].map(([file, all]) => [file, tell(file, all)]))
}
