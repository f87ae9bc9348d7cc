import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { readSupported } from "../../scripts/pins/pin.ts"

// SUPPORT.md repeats for people what pins/supported.json and drift.json say.

const ROOT = join(import.meta.dirname, "../..")
const text = await readFile(join(ROOT, "SUPPORT.md"), "utf8")
const rows = text.split("\n").filter((line) => line.startsWith("| "))

/** The row whose first cell begins with these words, without them. */
const rowOf = (words: string) => rows.find((row) => row.startsWith(`| ${words}`))

test("SUPPORT.md names the default pin, those that are kept and those that are audited only, as supported.json does", async () => {
  const { default: main, kept, audited } = await readSupported()
  expect(rowOf(`${main}, the default`)).toBeDefined()
  for (const pin of kept) expect(rowOf(`${pin}, kept`)).toBeDefined()
  expect(rows.filter((row) => row.includes(", kept |"))).toHaveLength(kept.length)
  expect(rowOf(`${audited.pins.join(", ")}, audited only`)).toBeDefined()
})

test("SUPPORT.md has the range of drift.json and the number of its releases", async () => {
  const drift = JSON.parse(await readFile(join(ROOT, "drift.json"), "utf8"))
  expect(text).toContain(`\`${drift.supported}\``)
  expect(text).toContain(`the ${Object.keys(drift.releases).length} releases in it`)
})
