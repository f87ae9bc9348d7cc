import { describe, expect, test } from "bun:test"
import { licenses } from "../../../scripts/emit/licenses.ts"
import { foundIn } from "../../../scripts/emit/read-subject.ts"
import { gather } from "../../../scripts/materials/gather.ts"
import { genericUrl } from "../../../scripts/materials/material.ts"
import { standardText } from "../../../scripts/materials/standard-texts.ts"
import { sampleMaterial, sampleSubject } from "../../lib/subject.ts"

const about = { created: "2026-01-02T03:04:05Z", executable: { sha512: "0".repeat(128) } }

describe("the list of materials", () => {
  test("has each once, sorted, with all places that hold it", () => {
    const { list } = gather(about, [
      sampleMaterial({ purl: "pkg:npm/b@1.0.0" }),
      sampleMaterial({ where: ["two"] }),
      sampleMaterial({ where: ["one", "two"] }),
    ])
    expect(list.map(({ purl, where }) => [purl, where])).toEqual([
      ["pkg:npm/%40a/library@1.0.0", ["one", "two"]],
      ["pkg:npm/b@1.0.0", ["/$bunfs/root/a.js"]],
    ])
  })

  test("has the same text of two once", () => {
    const { list, texts } = gather(about, [sampleMaterial(), sampleMaterial({ purl: "pkg:npm/b@1.0.0" })])
    expect(Object.keys(texts)).toHaveLength(1)
    expect(list.map((material) => material.texts)).toEqual([Object.keys(texts), Object.keys(texts)])
  })

  test("has both texts and both copyright lines of two that are one material, and its licences can be printed", async () => {
    const subject = sampleSubject()
    const materials = gather(about, [
      sampleMaterial({ texts: ["the first text"], copyright: "Copyright 2020 A. Uthor" }),
      sampleMaterial({ texts: ["the second text"], copyright: "Copyright 2021 B. Uthor" }),
    ])
    const { "licenses.txt": text, NOTICE: notice } = await licenses.print({ ...subject, materials })
    expect(materials.list).toHaveLength(1)
    expect(text).toContain("the first text")
    expect(text).toContain("the second text")
    expect(notice).toContain("Copyright 2020 A. Uthor\n    Copyright 2021 B. Uthor")
  })

  test("is not made with a material that two say has different licences", () => {
    const texts = ["a text"]
    expect(() =>
      gather(about, [sampleMaterial({ texts }), sampleMaterial({ texts, license: "ISC" })]),
    ).toThrow(/%40a\/library@1\.0\.0 cannot be handed on[\s\S]*under MIT and under ISC/)
  })

  test("has the text that SPDX publishes of what has none of its own, with its copyright", () => {
    const { list, texts } = gather(about, [
      sampleMaterial({ texts: [], copyright: "Copyright (c) 2025 opencode" }),
    ])
    const text = texts[list[0]!.texts[0]!]!
    expect(text).toContain("Copyright (c) 2025 opencode\n")
    expect(text).toContain("Permission is hereby granted")
    expect(text).not.toContain("<year>")
  })

  test.each([
    ["Copyright (c) 2020 A. Uthor", "Copyright (c) 2020 A. Uthor"],
    [
      "  Copyright (c) Some Corporation. All rights reserved.",
      "Copyright (c) Some Corporation. All rights reserved.",
    ],
    ["(c) 2020 A. Uthor\n© 2021 B. Uthor", "(c) 2020 A. Uthor\n© 2021 B. Uthor"],
    ["Copyright [yyyy] [name of copyright owner]", undefined],
    ["Copyright (c) <year> <copyright holders>", undefined],
    ["Copyright notices must be kept.\n(c) You must retain them", undefined],
  ])("has of a material whose text says %p the copyright %p", (text, copyright) => {
    expect(gather(about, [sampleMaterial({ texts: [text] })]).list[0]!.copyright).toBe(copyright)
  })

  test.each(["ISC", "LGPL-2.1-or-later", "OpenSSL"])(
    "has no copyright of a material that is under the text of %s which SPDX publishes: it names others",
    (license) => {
      const { list, texts } = gather(about, [sampleMaterial({ license, texts: [] })])
      expect(list[0]!.copyright).toBeUndefined()
      const again = gather(about, foundIn({ format: 1, ...about, list, texts }))
      expect(again.list[0]!.copyright).toBeUndefined()
    },
  )

  test("has no copyright of a material from the text of the GPL, which names who wrote that text", () => {
    const text = `Copyright (c) 2020 A. Uthor\n\n${standardText("GPL-2.0-only")}`
    const { list } = gather(about, [sampleMaterial({ license: "GPL-2.0-only", texts: [text] })])
    expect(list[0]!.copyright).toBe("Copyright (c) 2020 A. Uthor")
  })

  test("has the text of each licence that an expression names", () => {
    const license = "LGPL-2.0-or-later AND BSD-2-Clause"
    const { texts } = gather(about, [sampleMaterial({ texts: [], license })])
    const all = Object.values(texts).join("\n")
    expect(all).toContain("GNU LIBRARY GENERAL PUBLIC LICENSE")
    expect(all).toContain("Redistributions in binary form")
  })

  test.each(["", "UNKNOWN", "UNLICENSED", "SEE LICENSE IN LICENSE.txt", "NOASSERTION", "LicenseRef-own"])(
    "is not made with a package whose licence is %p and that has no text",
    (license) => {
      expect(() =>
        gather(about, [sampleMaterial(), sampleMaterial({ name: "left", license, texts: [] })]),
      ).toThrow(/left@1\.0\.0 cannot be handed on[\s\S]*docs\/licenses\.md/)
    },
  )

  test("takes what an organisation gave without a licence", () => {
    const given = sampleMaterial({ kind: "data", license: "NOASSERTION", texts: [] })
    expect(gather(about, [given]).list).toHaveLength(1)
  })
})

test.each([
  ["PCRE2", "10.46", "pkg:generic/PCRE2@10.46"],
  ["a/b c", undefined, "pkg:generic/a/b%20c"],
  ["of Bun's (own)", "1:2", "pkg:generic/of%20Bun%27s%20%28own%29@1:2"],
])("the package URL of %p is as its specification writes it", (name, version, url) => {
  expect(genericUrl(name, version)).toBe(url)
})
