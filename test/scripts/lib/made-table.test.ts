import { expect, test } from "bun:test"
import { cellsOf } from "../../../scripts/lib/made-table.ts"

test("the cells of a row are read back, empty ones too, and none of a row that is missing", () => {
  expect(cellsOf("| darwin-x64 | 1.0.0 | yes | | by itself: 7 of 7 |")).toEqual([
    ...["darwin-x64", "1.0.0", "yes", ""],
    "by itself: 7 of 7",
  ])
  expect(cellsOf(undefined)).toEqual([])
})
