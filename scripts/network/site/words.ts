import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { z } from "zod"
import { SWITCHES } from "../runs.ts"
import type { Seen, Switched } from "./facts.ts"

const FILE = join(import.meta.dirname, "../../../docs/data/network-hosts.json")

const wordsSchema = z.strictObject({
  /** What is there, by host. */
  hosts: z.record(z.string(), z.string()),
  /** What was said in public of a release, in our words, to be held against what was measured. */
  review: z.strictObject({
    release: z.string(),
    sources: z.array(z.string()).min(1),
    claims: z.array(z.strictObject({ host: z.string(), said: z.string() })),
  }),
})

export type Words = z.infer<typeof wordsSchema>

/** Reads what people need to know beside the data. Throws when it is malformed. */
export async function readWords(): Promise<Words> {
  return wordsSchema.parse(JSON.parse(await readFile(FILE, "utf8")))
}

/** `run (3 times, first after 0.6 s)`; the title of a scenario is for who reads. */
export function describeSeen({ scenario, times, first }: Seen, titles: Titles): string {
  return `${titleOf(scenario, titles)} (${times === 1 ? "once" : `${times} times`}, first after ${first} s)`
}

/** The titles of scenarios by name. */
export type Titles = Map<string, string>

/** A scenario that is not there any more goes by its name. */
export const titleOf = (scenario: string, titles: Titles) => titles.get(scenario) ?? scenario

/** What of upstream's switches a host off, in words. */
export function describeSwitched({ alone, gone, left }: Switched, titles: Titles): string {
  const list = (scenarios: string[]) => scenarios.map((one) => titleOf(one, titles)).join(", ")
  const names = [...new Set(alone.map(({ name }) => name))]
  if (gone.length + left.length === 0) return "not measured"
  if (gone.length === 0)
    return names.length > 0
      ? `${names.join(" or ")}, in ${list(alone.map(({ scenario }) => scenario))}`
      : "nothing of upstream's"
  const by = names.length > 0 ? names.join(" or ") : `all ${SWITCHES.length} switches together`
  return left.length === 0 ? by : `${by}, in ${list(gone)}; nothing in ${list(left)}`
}
