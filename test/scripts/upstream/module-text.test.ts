import { expect, test } from "bun:test"
import { decodeModule, encodeModule } from "../../../scripts/upstream/module-text.ts"
import { sampleModule } from "../../lib/sample-executable.ts"

const NAME = "/$bunfs/root/chunk.js"

test("a module's text stays byte for byte what it is, characters beyond ASCII too", () => {
  const contents = Buffer.from('say("· ä ቅ")')
  const text = decodeModule(sampleModule({ name: NAME, contents }))
  expect(Buffer.from(encodeModule(NAME, [text]))).toEqual(contents)
  expect(Buffer.from(encodeModule(NAME, ["before;", text]))).toEqual(Buffer.from(`before;${contents}`))
})

test.each(["·", "ä", "ቅ"])(
  "a patch that puts %s into it, not in an escape, is refused by name",
  (character) => {
    expect(() => encodeModule(NAME, [`say("${character}")`])).toThrow(NAME)
    expect(Buffer.from(encodeModule(NAME, ['say("\\xB7")'])).toString()).toBe('say("\\xB7")')
  },
)

test("a module of another encoding is refused", () => {
  expect(() => decodeModule(sampleModule({ name: NAME, encoding: 2 }))).toThrow(/not laid out/)
})
