import { afterEach, beforeEach, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Network, resultOf } from "../../../scripts/network/data.ts"
import { withResult } from "../../../scripts/network/measure.ts"
import { makePlan, shardOf } from "../../../scripts/network/plan.ts"
import {
  findGaps,
  mergeParts,
  PART,
  type Part,
  readPart,
  writePart,
} from "../../../scripts/network/shards.ts"
import { cutOff, makeNetwork, makeTried } from "../../lib/network-data.ts"

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shards-"))
})
afterEach(() => rm(folder, { recursive: true }))

const plan = makePlan(
  [{ name: "1.0.0", scenarios: ["models", "serve", "upgrade"], isBuilt: false }],
  ["answer"],
)
const named = makeNetwork("1.0.0", {}).package

/** What a machine found that made these runs. */
function partOf(index: number, of: number, runs = shardOf(plan, { index, of })): Part {
  const data: Network = { package: named, results: {} }
  for (const run of runs) {
    data.results.answer ??= {}
    data.results.answer[run.scenario] ??= {}
    data.results.answer[run.scenario]![run.as] = makeTried("a.example")
  }
  return { shard: { index, of }, plan, found: new Map(runs.length > 0 ? [["1.0.0", data]] : []) }
}

test("a part is read as it was written, and a folder without one has none", async () => {
  const part = partOf(1, 3)
  await writePart(folder, part)
  expect(await readPart(folder)).toEqual(part)
  expect(await readPart(join(folder, "elsewhere"))).toBeUndefined()
})

test("a part that is cut short is a failure, and no empty one", async () => {
  await writePart(folder, partOf(1, 3))
  await writeFile(join(folder, PART), (await Bun.file(join(folder, PART)).text()).slice(0, -20))
  expect(readPart(folder)).rejects.toThrow("is not what a shard wrote")
})

test("all shards together have every run, in whatever order they come", () => {
  const parts = [3, 1, 2].map((index) => partOf(index, 3))
  const { found, lost } = mergeParts(parts)
  expect(lost).toEqual([])
  expect(findGaps(plan, found)).toEqual([])
  expect(found).toEqual(mergeParts(parts.toReversed()).found)
})

test("a shard that is lost is named, and so is each of its runs, which the data has as not measured", () => {
  const { found, lost } = mergeParts([partOf(1, 3), partOf(3, 3)])
  expect(lost).toEqual(["shard 2 of 3 is lost: 2 runs not measured"])
  const missing = shardOf(plan, { index: 2, of: 3 })
  expect(findGaps(plan, found)).toEqual(
    missing.map(
      ({ scenario, as }) => `1.0.0 answer ${scenario} as ${as} was not measured: shard 2 of 3 is lost`,
    ),
  )
  for (const run of missing)
    expect(resultOf(found.get("1.0.0")!, run)).toMatchObject({ notMeasured: "shard 2 of 3 is lost" })
})

test("what a shard did not come to before it ended is not measured", () => {
  const [first] = shardOf(plan, { index: 2, of: 2 })
  const { found, lost } = mergeParts([partOf(1, 2), partOf(2, 2, [first!])])
  expect(lost).toEqual([])
  expect(findGaps(plan, found)).toEqual([
    "1.0.0 answer upgrade as stock was not measured: shard 2 of 2 ended ahead of it",
    "1.0.0 answer upgrade as switches was not measured: shard 2 of 2 ended ahead of it",
  ])
})

test("a release of which no shard has anything is named run by run", () => {
  const { found } = mergeParts([partOf(1, 1, [])])
  expect(found.size).toBe(0)
  const gaps = findGaps(plan, found)
  expect(gaps).toHaveLength(plan.length)
  expect(gaps[0]).toBe("1.0.0 answer models as stock was not measured: nothing is known of the release")
})

test("a run that was cut off is named, with the reason", () => {
  const [run] = plan
  const found = new Map([["1.0.0", withResult(named, run!, cutOff)]])
  expect(findGaps([run!], found)).toEqual([
    "1.0.0 answer models as stock was not measured: a time limit cut it off, twice",
  ])
})

test("shards of another plan, of another number, or none at all cannot be merged", () => {
  const other = { ...partOf(2, 2), plan: plan.slice(1) }
  expect(() => mergeParts([partOf(1, 2), other])).toThrow("not of one plan")
  expect(() => mergeParts([partOf(1, 2), partOf(2, 3)])).toThrow("not of one plan")
  expect(() => mergeParts([])).toThrow("There is nothing to merge")
})
