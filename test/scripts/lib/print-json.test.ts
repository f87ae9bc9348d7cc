import { expect, test } from "bun:test"
import { join } from "node:path"
import { printJson } from "../../../scripts/lib/print-json.ts"

const ROOT = join(import.meta.dirname, "../../..")
// The checks of this repository hold these to its form.
const files = await Array.fromAsync(new Bun.Glob("pins/{extra,*/pin,*/audited}.json").scan({ cwd: ROOT }))

test.each(files)("%s is written as it stands there", async (file) => {
  const text = await Bun.file(join(ROOT, file)).text()
  expect(printJson(JSON.parse(text))).toBe(text)
})

test("a list of words is on one line while that has no more than 110 letters", () => {
  const list = (last: string) => ({ list: ["a".repeat(40), "b".repeat(40), last], next: 1 })
  // Two blanks, the key, three words in quotes, brackets, a comma.
  const width = ({ length }: { length: number }) => 2 + 8 + 1 + 42 + 2 + 42 + 2 + length + 2 + 2
  const fits = "c".repeat(7)
  expect(width(fits)).toBe(110)
  expect(printJson(list(fits)).split("\n")[1]).toHaveLength(110)
  expect(printJson(list(`${fits}c`)).split("\n")[1]).toBe('  "list": [')
})

test("a list of anything else, and an empty one, stay as JSON has them", () => {
  expect(printJson({ a: [], b: [1, 2], c: [["d"]] })).toBe(
    '{\n  "a": [],\n  "b": [\n    1,\n    2\n  ],\n  "c": [\n    ["d"]\n  ]\n}\n',
  )
})
