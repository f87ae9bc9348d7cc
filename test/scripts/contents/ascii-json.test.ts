import { expect, test } from "bun:test"
import fc from "fast-check"
import { asciiJson } from "../../../scripts/contents/ascii-json.ts"

test("JSON in ASCII means the same", () => {
  const unit = fc.constantFrom("a", '"', "\\", "\0", "\x7f", "\x80", "é", "€", "\u2028", "\ud83d", "😀")
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit }), fc.string({ unit })), (value) => {
      const text = asciiJson(JSON.stringify(value))
      expect(text).toMatch(/^[\0-\x7f]*$/)
      expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(value))
    }),
  )
  expect(asciiJson('"é€😀"')).toBe('"\\u00e9\\u20ac\\ud83d\\ude00"')
})
