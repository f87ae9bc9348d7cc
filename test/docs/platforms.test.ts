import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { listPins, PRODUCT, readPin } from "../../scripts/pins/pin.ts"
import { packagesFor, TARGETS } from "../../scripts/upstream/target.ts"

const text = await readFile(join(import.meta.dirname, "../../docs/platforms.md"), "utf8")
const table = text.slice(text.indexOf("<!-- made by npm run targets -->"), text.indexOf("<!-- end -->"))
const rows = [...table.matchAll(/^\| (\w+-[\w-]+) \| (.*?) \|/gm)].map(
  ([, name, pin]) => [name!, pin!] as const,
)

test("the table has a row for each target that upstream ships", () => {
  expect(rows.map(([name]) => name)).toEqual(TARGETS.map(({ name }) => name))
})

test("a row names the newest pin that has the target, or the packages that a mirror must have", async () => {
  const all = await Promise.all((await listPins()).map((name) => readPin(name)))
  const pins = all.filter(({ product }) => product === PRODUCT)
  for (const [name, said] of rows) {
    const newest = pins.find(({ targets }) => name in targets)
    const target = TARGETS.find((one) => one.name === name)!
    const missing = packagesFor(PRODUCT, pins[0]!.version, target, pins[0]!.bun.version).join(", ")
    expect([name, said]).toEqual([name, newest?.version ?? `no: mirror ${missing}`])
  }
})
