import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { loadScenarios } from "../../../scripts/audit/load-scenarios.ts"
import { readAuditOptions } from "../../../scripts/audit/read-options.ts"
import { PRODUCT } from "../../../scripts/pins/pin.ts"

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scenarios-"))
  const ranges = { any: undefined, newer: ">=1.4.0", older: "<1.4.0" }
  for (const [name, range] of Object.entries(ranges)) await write(name, { range })
})
afterAll(() => rm(folder, { recursive: true }))

async function write(name: string, more: object) {
  const scenario = JSON.stringify({ title: name, what: "w", worksOffline: true, ...more })
  await writeFile(
    join(folder, `${name}.ts`),
    `export default { ...${scenario}, run: () => ({ worked: true, detail: "" }) }`,
  )
}

const namesFor = (version: string, ...words: string[]) => namesForProduct(PRODUCT, version, ...words)

const namesForProduct = async (product: string, version: string, ...words: string[]) => {
  const options = readAuditOptions(["--scenarios", folder, ...words])
  return (await loadScenarios(options, { product, version })).scenarios.map(({ name }) => name)
}

test("a scenario runs with the releases of its range, and with all when it has none", async () => {
  expect(await namesFor("1.2.0")).toEqual(["any", "older"])
  expect(await namesFor("1.4.0")).toEqual(["any", "newer"])
  expect(await namesFor("2.0.0-beta.1")).toEqual(["any", "newer"])
})

test("one that is named and is not for the release is a failure that says its range", () => {
  expect(namesFor("1.2.0", "--scenario", "newer")).rejects.toThrow("is not for upstream's 1.2.0")
})

test("a scenario is for OpenCode's first product, unless it names others", async () => {
  await write("both", { products: [PRODUCT, "@opencode-ai/other"] })
  await write("other", { products: ["@opencode-ai/other"] })
  expect(await namesFor("1.2.0")).toEqual(["any", "both", "older"])
  expect(await namesForProduct("@opencode-ai/other", "1.2.0")).toEqual(["both", "other"])
  await rm(join(folder, "both.ts"))
  await rm(join(folder, "other.ts"))
})

test("a range that is none is a failure", async () => {
  await write("wrong", { range: "newer ones" })
  expect(namesFor("1.2.0", "--scenario", "wrong")).rejects.toMatchObject({
    report: { why: "range: must be a range of versions" },
  })
  await rm(join(folder, "wrong.ts"))
})
