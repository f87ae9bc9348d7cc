import { expect, test } from "bun:test"
import { nearest } from "../../../scripts/lib/nearest.ts"
import { findTarget, TARGETS } from "../../../scripts/upstream/target.ts"

const names = TARGETS.map(({ name }) => name)

test.each([
  ["windows-x46", "windows-x64"],
  ["linux-arm64-msul", "linux-arm64-musl"],
  ["windowsx64", "windows-x64"],
  ["darwin-am64", "darwin-arm64"],
])("%s is probably %s", (written, meant) => {
  expect(nearest(written, names)).toBe(meant)
  expect(() => findTarget(written)).toThrow(`--target ${meant}`)
})

test("what is like none of them is none", () => {
  expect(nearest("plan9", names)).toBeUndefined()
  expect(nearest("", names)).toBeUndefined()
  expect(nearest("a", [])).toBeUndefined()
})
