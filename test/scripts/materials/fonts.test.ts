import { describe, expect, test } from "bun:test"
import { brotliCompressSync, deflateSync } from "node:zlib"
import { readFontNames } from "../../../scripts/materials/font-names.ts"
import { ofFonts } from "../../../scripts/materials/fonts.ts"
import { sampleModule } from "../../lib/sample-executable.ts"
import { NAMES, nameTable, sfnt } from "../../lib/sample-font.ts"

function woff(table: Buffer): Buffer {
  const stored = deflateSync(table)
  const header = Buffer.alloc(44 + 20)
  header.write("wOFF", "latin1")
  header.writeUInt16BE(1, 12)
  header.write("name", 44, "latin1")
  for (const [at, value] of [header.length, stored.length, table.length].entries())
    header.writeUInt32BE(value, 48 + 4 * at)
  return Buffer.concat([header, stored])
}

/** With an outline ahead of the names, which is transformed, and a table whose tag is written out. */
function woff2(table: Buffer): Buffer {
  const number = (value: number) => [0x80 | (value >> 7), value & 0x7f]
  const entries = [
    ...[10, ...number(300), ...number(200)],
    ...[63, ...Buffer.from("Abcd"), ...number(30)],
    ...[5, ...number(table.length)],
  ]
  const data = brotliCompressSync(Buffer.concat([Buffer.alloc(230), table]))
  const header = Buffer.alloc(48)
  header.write("wOF2", "latin1")
  header.writeUInt16BE(3, 12)
  header.writeUInt32BE(data.length, 20)
  return Buffer.concat([header, Buffer.from(entries), data])
}

describe("the names of a font", () => {
  test.each([
    ["TrueType", sfnt],
    ["WOFF", woff],
    ["WOFF2", woff2],
  ])("are read from %s", (_, make) => {
    expect(readFontNames(make(nameTable(NAMES)))).toEqual({
      family: "Sample",
      version: "Version 2.5;git",
      copyright: "Copyright 2020 A. Uthor",
      terms: "https://scripts.sil.org/OFL",
    })
  })

  test("are none where the file is cut off, damaged or no font", () => {
    for (const make of [sfnt, woff, woff2]) {
      const whole = make(nameTable(NAMES))
      expect(readFontNames(whole.subarray(0, 60))).toBeUndefined()
    }
    expect(readFontNames(Buffer.from("no font"))).toBeUndefined()
  })
})

describe("the fonts in an executable", () => {
  const font = (name: string, names: Record<number, string>) => ({
    ...sampleModule({ name }),
    contents: sfnt(nameTable(names)),
  })

  test("are named by family and version, with the licence that they say themselves", () => {
    const [found] = ofFonts([font("/x/a.ttf", NAMES), sampleModule({ name: "/x/a.js" })], "pkg:npm/x@1.0.0")
    expect(found).toMatchObject({ name: "Sample", version: "2.5", license: "OFL-1.1", where: ["/x/a.ttf"] })
  })

  test.each(["a.ttf", "a.TTF", "a.Otf", "a.woff", "a.WOFF2"])("are found by the end of %s", (name) => {
    expect(ofFonts([font(name, NAMES)], "pkg:npm/x@1.0.0")).toMatchObject([{ license: "OFL-1.1" }])
  })

  test.each(["a.ttc", "a.otc", "a.eot"])("of a kind that is not read, as %s, have no licence", (name) => {
    const file = { ...sampleModule({ name }), contents: Buffer.from("ttcf\0\x01\0\0\0\0\0\x01\0\0\0\x10") }
    expect(ofFonts([file], "pkg:npm/x@1.0.0")).toMatchObject([{ name, license: "" }])
  })

  test("have no licence where they say none that is known, or cannot be read", () => {
    const unknown = font("/x/a.ttf", { ...NAMES, 14: "https://example.com/eula" })
    const damaged = { ...font("/x/b.woff2", NAMES), contents: Buffer.from("wOF2") }
    for (const found of ofFonts([unknown, damaged], "pkg:npm/x@1.0.0")) expect(found.license).toBe("")
  })
})
