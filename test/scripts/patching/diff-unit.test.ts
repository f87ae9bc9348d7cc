import { expect, test } from "bun:test"
import { applyPatch } from "diff"
import fc from "fast-check"
import { diffText } from "../../../scripts/patching/diff-unit.ts"

test("a diff, applied to the old text, gives the new one", () => {
  const line = fc.constantFrom("a", "b", "c", "", "  x")
  const lines = fc.array(line, { maxLength: 12 })
  fc.assert(
    fc.property(lines, lines, lines, lines, fc.boolean(), (head, old, next, tail, ends) => {
      const text = (middle: string[]) => [...head, ...middle, ...tail].join("\n") + (ends ? "\n" : "")
      fc.pre(text(old) !== text(next))
      expect(applyPatch(text(old), diffText("file", text(old), text(next)))).toBe(text(next))
    }),
    { numRuns: 1000 },
  )
})

test("a diff counts lines from the text's start and shows three lines around the change", () => {
  const lines = Array.from({ length: 100 }, (_, i) => `line ${i + 1}`)
  const changed = lines.with(49, "another")
  const diff = diffText("file", lines.join("\n"), changed.join("\n"))
  expect(diff).toContain("@@ -47,7 +47,7 @@")
  expect(diff).toContain(" line 49\n-line 50\n+another\n line 51\n line 52\n line 53\n")
})
