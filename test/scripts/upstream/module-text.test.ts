import { describe, expect, test } from "bun:test"
import { decodeModule, encodeModule } from "../../../scripts/upstream/module-text.ts"
import { sampleModule } from "../../lib/sample-executable.ts"

const LATIN1 = 1
const BEYOND_ASCII = Buffer.from('say("· ä ቅ")')

describe("the text of a module", () => {
  test("is read and written byte for byte, characters beyond ASCII too", () => {
    const module = sampleModule({ name: "m", encoding: LATIN1, contents: BEYOND_ASCII })
    const text = decodeModule(module)
    expect(text).toHaveLength(BEYOND_ASCII.length)
    for (const at of [3, 6, 7]) {
      const bytes = Buffer.from(encodeModule("m", [text.slice(0, at), "", text.slice(at)]))
      expect(bytes).toEqual(BEYOND_ASCII)
    }
  })

  test.each(["·", "ä"])("is refused with %s of a patch's, which it must write as an escape", (character) => {
    expect(() => encodeModule("m", [`say("${character}")`])).toThrow("into m that is not ASCII")
    expect(Buffer.from(encodeModule("m", ['say("\\xB7")'])).toString()).toBe('say("\\xB7")')
  })

  test("is a view of its own bytes alone", () => {
    const contents = Buffer.from("before text behind").subarray(7, 11)
    expect(decodeModule(sampleModule({ name: "m", encoding: LATIN1, contents }))).toBe("text")
  })

  test("is refused in any other encoding, as that of UTF-16, in which another half of it would be read", () => {
    const contents = Buffer.from("var a = 1", "utf16le")
    for (const encoding of [0, 2, 3])
      expect(() => decodeModule(sampleModule({ name: "m", encoding, contents }))).toThrow(
        `m has the encoding ${encoding}, not 1 (Latin-1)`,
      )
  })

  test("is refused with a character that Latin-1 has not, in whichever piece it is", () => {
    for (const other of ["\u0100", "…", "\ud83d\ude00", "\udc00"])
      for (const texts of [[other], ["a", `b${other}`], [`a${other}b`, "c"]])
        expect(() => encodeModule("m", texts)).toThrow("a patch put a character into m that Latin-1 has not")
  })
})
