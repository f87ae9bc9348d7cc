import { afterAll, beforeAll, expect, test } from "bun:test"
import { rm } from "node:fs/promises"
import { dirname } from "node:path"
import { stockExecutable } from "../lib/stock.ts"
import { LEAVE_OUT, makeGuardExecutable } from "./lib/guard-executable.ts"
import { type Place, places, runProbe } from "./lib/guard-run.ts"
import { vectors } from "./lib/guard-vectors.ts"

// All ways out that the guard stands in, in a process that the guard does not hold at all: the kernel alone closes them.

let executable: string
beforeAll(async () => {
  executable = await makeGuardExecutable("guard-probe.ts", { stock: await stockExecutable() })
})
afterAll(() => rm(dirname(executable), { recursive: true }))

test.each(Object.keys(places) as Place[])("without the guard, nothing leaves the %s", async (place) => {
  const run = await runProbe(executable, place, ["--offline=kernel"], {
    [LEAVE_OUT]: "all",
    PROBE_GOES_ON: "1",
  })
  expect(run.attempts).toEqual([])
  expect(run.outcomes).toHaveLength(Object.keys(vectors).length)
})

test("without the guard and the kernel, they get out", async () => {
  const run = await runProbe(executable, "main", ["--offline"], { [LEAVE_OUT]: "all" })
  expect(run.leaked.length).toBeGreaterThan(100)
})
