import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { z } from "zod"
import { count } from "../audit/verdict.ts"
import { Failure } from "../lib/errors.ts"
import { addResults, type Network, networkSchema, resultOf } from "./data.ts"
import { notMeasured, withResult } from "./measure.ts"
import { describeRun, type PlannedRun, type Shard, shardOf } from "./plan.ts"

/** The file of a shard, in its folder. */
export const PART = "part.json"

const planned = z.tuple([
  z.string(),
  z.enum(["answer", "refuse", "drop"]),
  z.string(),
  z.string() as z.ZodType<PlannedRun["as"]>,
])

/** What one machine found of a plan: `part.json`. */
const partSchema = z.strictObject({
  shard: z.strictObject({ index: z.int().positive(), of: z.int().positive() }),
  /** The whole plan, the same in all shards: release, mode, scenario, who. */
  plan: z.array(planned),
  /** By release; one that could not be had is not there. */
  found: z.record(z.string(), networkSchema),
})

export interface Part {
  shard: Shard
  plan: PlannedRun[]
  found: Map<string, Network>
}

/** Writes what there is so far; a shard that ends early has the rest not measured. */
export async function writePart(folder: string, { shard, plan, found }: Part): Promise<void> {
  const text = JSON.stringify(
    partSchema.parse({
      shard,
      plan: plan.map(({ release, mode, scenario, as }) => [release, mode, scenario, as]),
      found: Object.fromEntries(found),
    }),
  )
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${PART}.new`), `${text}\n`)
  await rename(join(folder, `${PART}.new`), join(folder, PART))
}

/**
 * Reads a shard's folder.
 * @returns undefined when it has no part: the shard is lost
 * @throws Failure when it is malformed
 */
export async function readPart(folder: string): Promise<Part | undefined> {
  const file = join(folder, PART)
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    const { shard, plan, found } = partSchema.parse(JSON.parse(text))
    return {
      shard,
      plan: plan.map(([release, mode, scenario, as]) => ({ release, mode, scenario, as })),
      found: new Map(Object.entries(found)),
    }
  } catch (error) {
    throw new Failure({
      what: `${file} is not what a shard wrote`,
      why: error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message,
      next: "leave that folder out: its runs count as not measured then",
    })
  }
}

/** What shards found together, and what none of them did. */
export interface Merged {
  plan: PlannedRun[]
  found: Map<string, Network>
  /** Shards that are not there, a line each. */
  lost: string[]
}

/**
 * Puts the parts of one plan together. What a shard that is not there, or that ended early, was to run is in it as not measured; of
 * a release of which no shard has anything, only `plan` says that it was to be measured.
 * @throws Failure when there is no part, or they are not of one plan
 */
export function mergeParts(parts: Part[]): Merged {
  const [first] = parts
  if (!first) throw noPart()
  const { plan, shard } = first
  const same = (part: Part) =>
    part.shard.of === shard.of && JSON.stringify(part.plan) === JSON.stringify(plan)
  if (!parts.every(same)) throw anotherPlan()
  const all = Array.from({ length: shard.of }, (_, index) => ({ index: index + 1, of: shard.of }))
  const found = new Map<string, Network>()
  for (const part of parts)
    for (const [name, data] of part.found) found.set(name, addResults(found.get(name), data))
  const isThere = ({ index }: Shard) => parts.some((part) => part.shard.index === index)
  for (const one of all) {
    const why = isThere(one)
      ? `shard ${one.index} of ${one.of} ended ahead of it`
      : `shard ${one.index} of ${one.of} is lost`
    fillGaps(found, shardOf(plan, one), why)
  }
  const lost = all
    .filter((one) => !isThere(one))
    .map(
      (one) =>
        `shard ${one.index} of ${one.of} is lost: ${count(shardOf(plan, one).length, "run")} not measured`,
    )
  return { plan, found, lost }
}

/** Says of each run that has no result why that is. */
export function fillGaps(found: Map<string, Network>, runs: PlannedRun[], why: string): void {
  for (const run of runs) {
    const data = found.get(run.release)
    if (!data || resultOf(data, run)) continue
    found.set(run.release, addResults(data, withResult(data.package, run, notMeasured(why))))
  }
}

/** The runs of a plan that were not measured, a line each. */
export function findGaps(plan: PlannedRun[], found: Map<string, Network>): string[] {
  return plan.flatMap((run) => {
    const data = found.get(run.release)
    const result = data && resultOf(data, run)
    if (result && "hosts" in result) return []
    return [
      `${describeRun(run)} was not measured: ${result ? result.notMeasured : "nothing is known of the release"}`,
    ]
  })
}

function noPart(): Failure {
  return new Failure({
    what: "There is nothing to merge",
    why: `none of the folders has a ${PART}`,
    next: "name the folders that npm run network -- --shard I/N wrote",
  })
}

function anotherPlan(): Failure {
  return new Failure({
    what: "The shards are not of one plan",
    why: "they were told other releases, scenarios or modes, or have other files in pins/ and audit/",
    next: "run all shards of one commit with the same words, but for I in --shard I/N",
  })
}
