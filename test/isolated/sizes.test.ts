import { expect, test } from "bun:test"
import { dirname, join } from "node:path"
import { readBuildRecord } from "../../scripts/record/build-record.ts"
import { builtExecutable } from "../lib/built.ts"
import { pin } from "../lib/stock.ts"

// What the executable that is tested is made of, by the record beside it.

const MB = 1e6

/** What a module takes in the graph beside its name and contents. */
const RECORD_BYTES = 52

const record = await readBuildRecord(join(dirname(builtExecutable()), "build.json"))

test("the parts of the executable are all of it, and each is what its modules are", () => {
  const { sizes, executable, modules, assets } = record
  expect(Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0)).toBe(executable.bytes)
  const added = new Map(modules.added.map(({ name, bytes }) => [name, bytes]))
  expect(sizes.webUi).toBe(added.get("/$bunfs/root/offline-web-ui.pack") ?? 0)
  expect(sizes.ripgrep).toBe(added.get("/$bunfs/root/offline-asset-rg.zst")!)
  const grammars = assets.filter(({ part }) => part === "grammars")
  expect(sizes.grammars).toBe(grammars.reduce((sum, { module }) => sum + added.get(module)!, 0))
  const upstream = [...modules.changed, ...modules.unchanged]
  expect(sizes.upstream).toBe(upstream.reduce((sum, { bytes }) => sum + bytes, 0))
  expect(sizes.webUi > 0).toBe(pin.webUi !== undefined)
  // Names and tables of the module graph; beside them small modules, and what fills a page.
  const tables = [...upstream, ...modules.added].reduce(
    (sum, { name }) => sum + RECORD_BYTES + name.length,
    0,
  )
  expect(sizes.rest).toBeGreaterThan(tables)
  expect(sizes.rest).toBeLessThan(tables + 70_000)
})

test("the executable is at most 10 MB more than upstream's, and 20 MB with a web UI that upstream's has not", () => {
  const { sizes, executable, stock } = record
  expect(executable.bytes - stock.bytes).toBeLessThanOrEqual((sizes.webUi > 0 ? 20 : 10) * MB)
  expect(sizes.ripgrep).toBeLessThanOrEqual(2.5 * MB)
})

if (record.patches.some(({ name }) => name === "models-read-inside"))
  test("the catalogue is inside once: upstream's code is smaller by it", () => {
    const { stock, sizes } = record
    // As JSON, with quotes around its keys, it is a tenth longer.
    expect(stock.bytes - sizes.runtime - sizes.upstream).toBeGreaterThan(0.8 * sizes.models)
  })
