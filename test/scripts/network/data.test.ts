import { afterEach, beforeEach, expect, test } from "bun:test"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  addResults,
  compareNames,
  listMeasured,
  readNetwork,
  resultOf,
  writeNetwork,
} from "../../../scripts/network/data.ts"
import { toResult } from "../../../scripts/network/measure.ts"
import { listPins } from "../../../scripts/pins/pin.ts"
import { makeAttempt, makeResult } from "../../lib/audit-report.ts"
import { cutOff, makeNetwork, makeTried } from "../../lib/network-data.ts"

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "network-"))
})
afterEach(() => rm(folder, { recursive: true }))

const run = { mode: "answer", scenario: "run", as: "stock" } as const

test("what was found takes the place of what was measured before, and the rest stays", () => {
  const before = makeNetwork("1.0.0", { run: { stock: makeTried("a.example") }, tui: { stock: makeTried() } })
  const after = addResults(before, makeNetwork("1.0.0", { run: { stock: makeTried("b.example") } }))
  expect(resultOf(after, run)).toEqual(makeTried("b.example"))
  expect(resultOf(after, { ...run, scenario: "tui" })).toEqual(makeTried())
})

test("what could not be measured this time does not take the place of what was, but that of nothing", () => {
  const before = makeNetwork("1.0.0", { run: { stock: makeTried("a.example") } })
  const found = makeNetwork("1.0.0", { run: { stock: cutOff, switches: cutOff } })
  const after = addResults(before, found)
  expect(resultOf(after, run)).toEqual(makeTried("a.example"))
  expect(resultOf(after, { ...run, as: "switches" })).toEqual(cutOff)
})

test("a package of another hash is a failure", () => {
  const other = makeNetwork("1.0.0", {})
  other.package.integrity = `sha512-${Buffer.alloc(64, 1).toString("base64")}`
  expect(() => addResults(makeNetwork("1.0.0", {}), other)).toThrow("is not what was measured before")
})

test("the same results make the same file, in whatever order they were found", async () => {
  const runs = { run: { stock: makeTried("b.example"), offline: makeTried() }, models: { stock: cutOff } }
  const turned = { models: { stock: cutOff }, run: { offline: makeTried(), stock: makeTried("b.example") } }
  await writeNetwork("1.0.0", makeNetwork("1.0.0", runs), folder)
  const first = await readFile(join(folder, "1.0.0/network.json"), "utf8")
  await writeNetwork("1.0.0", makeNetwork("1.0.0", turned), folder)
  expect(await readFile(join(folder, "1.0.0/network.json"), "utf8")).toBe(first)
  expect(await readNetwork("1.0.0", folder)).toEqual(makeNetwork("1.0.0", runs))
})

test("a folder that has data and no pin is measured, and is no pin", async () => {
  await writeNetwork("1.0.0", makeNetwork("1.0.0", {}), folder)
  await mkdir(join(folder, "1.2.0"))
  await writeFile(join(folder, "1.2.0/pin.json"), "{}")
  expect(await listMeasured(folder)).toEqual(["1.0.0"])
  expect(await listPins(folder)).toEqual(["1.2.0"])
})

test("data that is malformed is a failure, and none is none", async () => {
  expect(await readNetwork("1.0.0", folder)).toBeUndefined()
  await writeNetwork("1.0.0", makeNetwork("1.0.0", { run: { stock: makeTried("a.example") } }), folder)
  const file = join(folder, "1.0.0/network.json")
  await writeFile(file, (await readFile(file, "utf8")).replace('"times"', '"time"'))
  expect(readNetwork("1.0.0", folder)).rejects.toThrow("does not say what was measured")
})

test("releases are in the order of their versions, and other products come last", () => {
  const names = ["cli-1.18.18", "1.15.13", "1.4.0", "1.15.4", "1.14.30"]
  expect(names.sort(compareNames)).toEqual(["1.4.0", "1.14.30", "1.15.4", "1.15.13", "cli-1.18.18"])
})

test("of a run, hosts are kept with how often, when first and by which way, a registry by what it is called", () => {
  const attempts = [
    makeAttempt({ name: "models.dev", at: 1234 }),
    makeAttempt({ name: "models.dev", at: 760, protocol: "udp", port: 53 }),
    makeAttempt({ name: "registry.example.org", at: 2000 }),
  ]
  expect(toResult(makeResult("stock", "run", attempts), false)).toEqual({
    on: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    job: "done",
    hosts: {
      "models.dev": { times: 2, first: 0.8, ways: ["tcp/443", "udp/53"] },
      "the npm registry": { times: 1, first: 2, ways: ["tcp/443"] },
    },
  })
})

test("of a run that was cut off or not recorded to its end nothing is kept but that", () => {
  const attempts = [makeAttempt({ name: "models.dev" })]
  const cut = makeResult("stock", "run", attempts, { notMeasured: "what a program printed" })
  const half = makeResult("stock", "run", attempts, { incomplete: "what a program printed" })
  expect(toResult(cut, false)).toEqual({
    on: expect.any(String),
    notMeasured: "a time limit cut it off, twice",
  })
  expect(toResult(half, false)).toEqual({
    on: expect.any(String),
    notMeasured: "it was not recorded to its end",
  })
})
