import { expect, test } from "bun:test"
import { printRanges } from "../../../scripts/drift/ranges.ts"

const all = ["1", "2", "3", "5", "8", "13", "21"]

test.each([
  [["1", "2", "3"], "1–3"],
  [["1", "2"], "1, 2"],
  [["8"], "8"],
  [["1", "2", "3", "8", "13", "21"], "1–3, 8–21"],
  [["21", "1", "8"], "1, 8, 21"],
  [[], ""],
])("%p is %p", (some, printed) => {
  expect(printRanges(some, all)).toBe(printed)
})
