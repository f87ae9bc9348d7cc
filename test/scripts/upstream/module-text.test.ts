import { describe, expect, test } from "bun:test"
import { decodeModule, encodeModule } from "../../../scripts/upstream/module-text.ts"
import { sampleModule } from "../../lib/sample-executable.ts"

const LATIN1 = 1
const ALL = Uint8Array.from({ length: 256 }, (_, code) => code)

describe("the text of a module", () => {
  test("is read and written byte for byte, whatever characters Latin-1 has", () => {
    const module = sampleModule({ name: "m", encoding: LATIN1, contents: ALL })
    const text = decodeModule(module)
    expect(text).toHaveLength(256)
    expect(encodeModule("m", [text.slice(0, 100), "", text.slice(100)])).toEqual(Buffer.from(ALL))
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
