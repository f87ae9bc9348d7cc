import { describe, expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Spec, Validation } from "@cyclonedx/cyclonedx-library"
import { readStatements } from "../../scripts/emit/vex.ts"
import type { Material, Materials } from "../../scripts/materials/material.ts"
import { npmUrl } from "../../scripts/materials/material.ts"
import { pinName, readSupported } from "../../scripts/pins/pin.ts"
import { readBuildRecord } from "../../scripts/record/build-record.ts"
import { builtExecutable } from "../lib/built.ts"
import { spdxDocument } from "../lib/spdx-document.ts"
import { spdxFaults } from "../lib/spdx-schema.ts"
import { pin, pinned } from "../lib/stock.ts"

const release = dirname(builtExecutable())
const read = (name: string) => readFile(join(release, name), "utf8")
const materials: Materials = JSON.parse(await read("materials.json"))
const record = await readBuildRecord(join(release, "build.json"))
const find = (purl: string) => materials.list.find((material) => material.purl === purl)

describe("the materials of the executable", () => {
  test("are all packages of the pin that something inside is from, with their hashes", () => {
    const { opencode, bun, ripgrep } = pinned
    for (const { name, version, integrity } of [
      ...[opencode, bun, ripgrep],
      ...(pin.webUi ? [pin.webUi] : []),
      ...Object.values(pin.grammars).flat(),
    ])
      expect(find(npmUrl(name, version))).toMatchObject({ integrity })
    for (const { package: name, version } of record.packages.flatMap(({ contains }) => contains))
      expect(find(npmUrl(name, version))).toBeDefined()
  })

  test("name each module that was added, and each that was changed where a module is what a patch changes", () => {
    const held = new Set(materials.list.flatMap(({ where }) => where))
    const { added, changed } = record.modules
    expect(added.map(({ name }) => name).filter((name) => !held.has(name))).toEqual([])
    // Of readable bundles a diff names the source file, and not the bundle.
    const isOfChunks = changed.some(({ name }) => name.includes("/chunk-"))
    if (isOfChunks) expect(changed.map(({ name }) => name).filter((name) => !held.has(name))).toEqual([])
  })

  test("are each patch, JavaScriptCore, the fonts of the page and what our modules bundle", () => {
    for (const { name } of record.patches)
      expect(materials.list.map((material) => material.name)).toContain(`patches/${name}`)
    const fonts = materials.list.filter(({ kind }) => kind === "font")
    expect(fonts.map(({ name }) => name)).toContain("KaTeX_Main")
    for (const font of fonts) expect(font.license).toBe("OFL-1.1")
    expect(materials.list.filter(({ license }) => license.includes("LGPL")).length).toBeGreaterThan(1)
    expect(materials.list.some(({ purl }) => purl.startsWith("pkg:npm/jsonc-parser@"))).toBe(true)
  })
})

describe("licenses.txt", () => {
  test("has the full text of each material, and how to relink", async () => {
    const text = await read("licenses.txt")
    for (const { texts, license, kind } of materials.list as Material[]) {
      if (license === "NOASSERTION") expect(kind).toBe("data")
      else expect(texts.length).toBeGreaterThan(0)
      for (const key of texts) expect(text).toContain(materials.texts[key]!)
    }
    expect(text).toContain("GNU LIBRARY GENERAL PUBLIC LICENSE")
    expect(text).toContain("npm run relink")
  })

  test("names whoever the licences name in NOTICE", async () => {
    expect(await read("NOTICE")).toContain("Copyright (c) 2025 opencode")
  })
})

describe("the bills of materials", () => {
  test("are valid, and have each material", async () => {
    const text = await read("sbom.cdx.json")
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).toBeNull()
    const spdx = JSON.parse(await read("sbom.spdx.json"))
    expect(spdxFaults(spdx)).toEqual([])
    expect(spdxDocument.safeParse(spdx).error).toBeUndefined()
    const refs = JSON.parse(text).components.map(({ purl }: { purl: string }) => purl)
    expect(refs.sort()).toEqual(materials.list.map(({ purl }) => purl).sort())
    expect(spdx.packages).toHaveLength(materials.list.length + 1)
  })

  test("have the hashes of the executable itself", async () => {
    const { metadata } = JSON.parse(await read("sbom.cdx.json"))
    const bytes = await readFile(builtExecutable())
    for (const { alg, content } of metadata.component.hashes) {
      const algorithm = alg === "SHA-256" ? "sha256" : "sha512"
      expect(new Bun.CryptoHasher(algorithm).update(bytes).digest("hex")).toBe(content)
    }
    expect(metadata.component.hashes).toHaveLength(2)
  })
})

describe("the statements about vulnerabilities", () => {
  test("each are about something inside, and name it by its package URL", async () => {
    const { statements } = JSON.parse(await read("openvex.json"))
    // A statement may be about what only some releases have; none is about nothing in the default one.
    const isDefault = pinName(pin) === (await readSupported()).default
    if (isDefault) expect(statements).toHaveLength(readStatements().length)
    expect(statements.length).toBeGreaterThan(0)
    for (const { products } of statements)
      for (const { "@id": purl } of products[0].subcomponents) expect(find(purl)).toBeDefined()
  })
})
