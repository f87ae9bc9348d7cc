import { expect, test } from "bun:test"
import { nameCommit } from "../../../scripts/record/repository.ts"

test("a commit with files that were changed is not called by the commit alone", () => {
  expect(nameCommit({ commit: "ab".repeat(20), clean: true })).toBe("ab".repeat(20))
  expect(nameCommit({ commit: "ab".repeat(20), clean: false })).toBe(`${"ab".repeat(20)}-changed`)
})
