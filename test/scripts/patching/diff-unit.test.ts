import { expect, test } from "bun:test"
import { applyPatch } from "diff"
import fc from "fast-check"
import { diffMinified, diffText } from "../../../scripts/patching/diff-unit.ts"

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

test("a diff of long text that is taken out, applied to the old text, gives the new one", () => {
  const long = Array.from({ length: 20_000 }, (_, at) => `line ${at}\n`).join("")
  const lines = fc.array(fc.constantFrom("a\n", "b\n", "\n"), { maxLength: 6 }).map((list) => list.join(""))
  fc.assert(
    fc.property(lines, lines, lines, fc.boolean(), (head, next, tail, ends) => {
      const [old, text] = [head + long + tail, head + next + tail].map((text) =>
        ends ? `${text}end\n` : text,
      )
      expect(applyPatch(old!, diffText("file", old!, text!))).toBe(text!)
    }),
    { numRuns: 50 },
  )
})

test("of a literal that is taken out of minified code, a diff shows the beginning and the end", () => {
  const literal = Array.from({ length: 50_000 }, (_, at) => `{id:"model-${at}"}`).join(",")
  const diff = diffMinified(
    "chunk.js",
    `let a=1;let b=[${literal}];let c=3;`,
    "let a=1;let b=read();let c=3;",
  )
  const lines = diff.split("\n")
  expect(lines.length).toBeLessThan(60)
  const left = lines.filter((line) => line.startsWith("-")).length - 1
  expect(lines).toContain('-id:"model-0"}')
  expect(lines).toContain('-id:"model-49999"}')
  expect(lines).toContain("+let b=read();")
  const more = /^-\[(\d+) more lines\]$/m.exec(diff)
  // Each model is two lines, and the statement's own end is one more.
  expect(Number(more?.[1]) + left - 1).toBe(100_001)
})

test("a diff of minified code is that of its statements taken for lines, though only those around the change are", () => {
  const asLines = (text: string) => text.replace(/[;{}](?!\n)/g, "$&\n")
  const code = (maxLength: number) => fc.string({ unit: fc.constantFrom(..."ab;{}\n;x"), maxLength })
  fc.assert(
    fc.property(code(90), code(8), code(8), code(90), (head, old, next, tail) => {
      const [before, after] = [head + old + tail, head + next + tail]
      expect(diffMinified("file", before, after)).toBe(diffText("file", asLines(before), asLines(after)))
    }),
    { numRuns: 3000 },
  )
})
