import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { makePlan, parseShard, shardOf } from "../../../scripts/network/plan.ts"
import { SWITCHES, switchesOf } from "../../../scripts/network/runs.ts"

const release = { name: "1.0.0", scenarios: ["run", "models"], isBuilt: true }

test("a plan runs upstream's as it is, with all switches, with one where it is about it, and ours where it can be built", () => {
  const plan = makePlan(
    [release, { ...release, name: "1.1.0", isBuilt: false, scenarios: ["models"] }],
    ["answer"],
  )
  expect(plan.map(({ release, scenario, as }) => `${release} ${scenario} ${as}`)).toEqual([
    "1.0.0 models stock",
    "1.0.0 models switches",
    "1.0.0 models offline",
    "1.0.0 run stock",
    "1.0.0 run switches",
    "1.0.0 run OPENCODE_DISABLE_DEFAULT_PLUGINS",
    "1.0.0 run OPENCODE_DISABLE_MODELS_FETCH",
    "1.0.0 run offline",
    "1.1.0 models stock",
    "1.1.0 models switches",
  ])
})

test("a plan does not depend on the order in which scenarios are named", () => {
  const other = { ...release, scenarios: release.scenarios.toReversed() }
  expect(makePlan([other], ["answer", "drop"])).toEqual(makePlan([release], ["answer", "drop"]))
})

test("all switches, one, or none are thrown", () => {
  expect(Object.keys(switchesOf("switches"))).toEqual([...SWITCHES])
  expect(switchesOf("OPENCODE_DISABLE_SHARE")).toEqual({ OPENCODE_DISABLE_SHARE: "1" })
  expect(switchesOf("stock")).toEqual({})
  expect(switchesOf("offline")).toEqual({})
})

describe("shards", () => {
  test("together have each run once, in the plan's order, and differ by one run at most", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (plan, of) => {
        const shards = Array.from({ length: of }, (_, index) => shardOf(plan, { index: index + 1, of }))
        expect(shards.flat()).toEqual(plan)
        const sizes = shards.map(({ length }) => length)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test("are written I/N, with I from 1 to N", () => {
    expect(parseShard("2/4")).toEqual({ index: 2, of: 4 })
    expect(parseShard("4/4")).toEqual({ index: 4, of: 4 })
    for (const text of ["0/4", "5/4", "1/0", "1", "a/b", "1/4x", " 1/4", "1.5/4", ""])
      expect(parseShard(text)).toBeUndefined()
  })
})
