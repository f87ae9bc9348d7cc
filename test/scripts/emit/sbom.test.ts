import { describe, expect, test } from "bun:test"
import { Spec, Validation } from "@cyclonedx/cyclonedx-library"
import { cyclonedx } from "../../../scripts/emit/cyclonedx.ts"
import { foundIn } from "../../../scripts/emit/read-subject.ts"
import { spdx } from "../../../scripts/emit/spdx.ts"
import { gather } from "../../../scripts/materials/gather.ts"
import { spdxDocument } from "../../lib/spdx-document.ts"
import { spdxFaults } from "../../lib/spdx-schema.ts"
import { sampleKit, sampleMaterial, sampleSubject } from "../../lib/subject.ts"

const subjects = { executable: sampleSubject, kit: sampleKit }
const kinds = Object.keys(subjects) as (keyof typeof subjects)[]

async function printOne(output: typeof spdx, kind: keyof typeof subjects): Promise<string> {
  const [text] = Object.values(await output.print(subjects[kind]()))
  return text!
}

describe("the CycloneDX bill of materials", () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)

  test.each(kinds)("of a sample %s is valid by the schema that CycloneDX publishes", async (kind) => {
    expect(await validator.validate(await printOne(cyclonedx, kind))).toBeNull()
  })

  test("would not be valid with a hash that is none", async () => {
    const text = await printOne(cyclonedx, "executable")
    expect(
      await validator.validate(text.replace(/"content": "[0-9a-f]{64}"/, '"content": "xyz"')),
    ).not.toBeNull()
  })

  test("names each material with package URL and licence, and the hash of its tarball", async () => {
    const { components } = JSON.parse(await printOne(cyclonedx, "executable"))
    expect(components).toHaveLength(6)
    const [library] = components.filter(({ purl }: { purl: string }) => purl === "pkg:npm/%40a/library@1.0.0")
    expect(library).toMatchObject({ group: "@a", name: "library", licenses: [{ license: { id: "MIT" } }] })
    expect(library.externalReferences[0].hashes).toEqual([{ alg: "SHA-512", content: "07".repeat(64) }])
  })

  test.each(kinds)(
    "of a %s says of each component what it depends on, by references without an escape",
    async (kind) => {
      const { metadata, components, dependencies, compositions } = JSON.parse(await printOne(cyclonedx, kind))
      const refs: string[] = [metadata.component, ...components].map((one) => one["bom-ref"])
      expect(new Set(refs).size).toBe(refs.length)
      expect(refs.filter((ref) => /%[0-9A-F]{2}/i.test(ref))).toEqual([])
      expect(dependencies.map(({ ref }: { ref: string }) => ref).sort()).toEqual(refs.sort())
      for (const { dependsOn } of dependencies) expect(refs).toEqual(expect.arrayContaining(dependsOn))
      const assembled = compositions.flatMap(({ assemblies }: { assemblies: string[] }) => assemblies)
      expect(refs).toEqual(expect.arrayContaining(assembled))
    },
  )

  test("names who has the copyright and who publishes it, where that is known, and nobody else", async () => {
    const { materials, ...rest } = sampleSubject()
    const supplier = { name: "someone", url: "https://example.com/someone" }
    const known = sampleMaterial({ purl: "pkg:npm/known@1.0.0", name: "known", supplier })
    const unknown = sampleMaterial({
      purl: "pkg:npm/unknown@1.0.0",
      name: "unknown",
      license: "ISC",
      texts: [],
    })
    const subject = { ...rest, materials: gather(materials, [...foundIn(materials), known, unknown]) }
    const files = { ...(await cyclonedx.print(subject)), ...(await spdx.print(subject)) }
    const find = (file: string, list: string) => (name: string) =>
      JSON.parse(files[file]!)[list].find((one: { name: string }) => one.name === name)
    const [component, item] = [find("sbom.cdx.json", "components"), find("sbom.spdx.json", "packages")]
    const copyright = "Copyright (c) 2020 A. Uthor"
    expect(component("known")).toMatchObject({
      copyright,
      supplier: { name: "someone", url: ["https://example.com/someone"] },
    })
    expect(item("known")).toMatchObject({ copyrightText: copyright, supplier: "Organization: someone" })
    expect(Object.keys(component("unknown"))).not.toContain("copyright")
    expect(Object.keys(component("unknown"))).not.toContain("supplier")
    expect(item("unknown").copyrightText).toBe("NOASSERTION")
    expect(Object.keys(item("unknown"))).not.toContain("supplier")
  })

  test("says of the whole the terms of all that is in it, and not of this project's part alone", async () => {
    const terms = "(BSD-3-Clause OR GPL-2.0-only) AND MIT AND OFL-1.1"
    const { metadata } = JSON.parse(await printOne(cyclonedx, "executable"))
    expect(metadata.component.licenses).toEqual([{ expression: terms }])
    const { packages } = JSON.parse(await printOne(spdx, "executable"))
    expect(packages[0]).toMatchObject({ SPDXID: "SPDXRef-Subject", licenseDeclared: terms })
  })

  test("has what was patched depend on no patch: what was made does", async () => {
    const { metadata, dependencies } = JSON.parse(await printOne(cyclonedx, "executable"))
    const of = (wanted: string) =>
      dependencies.find(({ ref }: { ref: string }) => ref === wanted).dependsOn as string[]
    const patch = "pkg:generic/opencode-offline/patches/a-patch"
    expect(of("pkg:npm/opencode-sample@1.2.3")).toEqual(["pkg:generic/a font@2.0"])
    expect(of(metadata.component["bom-ref"])).toContain(patch)
  })

  test("says what was patched, with the patch's own diff, and what is not known in full", async () => {
    const { metadata, compositions } = JSON.parse(await printOne(cyclonedx, "executable"))
    const [patch] = metadata.component.pedigree.patches
    expect(Buffer.from(patch.diff.text.content, "base64").toString()).toBe("--- a/x\n+++ b/x\n")
    expect(compositions[1]).toEqual({
      aggregate: "incomplete",
      assemblies: ["pkg:npm/opencode-sample@1.2.3"],
    })
  })

  test("of a kit lists its files", async () => {
    expect(await printOne(cyclonedx, "kit")).toContain('"name": "bin/opencode"')
  })
})

describe("the SPDX bill of materials", () => {
  test.each(kinds)("of a sample %s is what the specification asks for", async (kind) => {
    const document = JSON.parse(await printOne(spdx, kind))
    expect(spdxFaults(document)).toEqual([])
    expect(spdxDocument.safeParse(document).error).toBeUndefined()
  })

  test("would not be with what the published schema does not know, or without what it asks for", async () => {
    const document = JSON.parse(await printOne(spdx, "executable"))
    const [first, ...rest] = document.packages
    const [relationship] = document.relationships
    const of = (change: object) => spdxFaults({ ...document, packages: [{ ...first, ...change }, ...rest] })
    expect(of({ licence: "MIT" })).toEqual(["/packages/0 must NOT have additional properties"])
    expect(of({ downloadLocation: undefined })).toEqual([
      "/packages/0 must have required property 'downloadLocation'",
    ])
    expect(of({ checksums: [{ algorithm: "SHA-256", checksumValue: "00" }] })).toHaveLength(1)
    expect(of({ filesAnalyzed: "false" })).toEqual(["/packages/0/filesAnalyzed must be boolean"])
    const related = { ...relationship, relationshipType: "BUNDLES" }
    expect(spdxFaults({ ...document, relationships: [related] })).toHaveLength(1)
    expect(
      spdxFaults({ ...document, creationInfo: { created: "2026-01-02T03:04:05Z", creators: [] } }),
    ).toHaveLength(1)
  })

  test("would not be with a licence that is no SPDX expression, or a relationship to nothing", async () => {
    const document = JSON.parse(await printOne(spdx, "executable"))
    const [first, ...rest] = document.packages
    const wrong = { ...document, packages: [{ ...first, licenseDeclared: "see the file" }, ...rest] }
    expect(spdxDocument.safeParse(wrong).success).toBe(false)
    expect(spdxDocument.safeParse({ ...document, packages: rest }).success).toBe(false)
  })

  test("has each licence of a material's own once, with all its texts, also one within an expression", async () => {
    const own = (name: string, license: string) =>
      sampleMaterial({ purl: `pkg:npm/${name}@1.0.0`, name, license, texts: [`the terms of ${name}`] })
    const { materials, ...rest } = sampleSubject()
    const found = [
      ...foundIn(materials),
      ...[own("one", "LicenseRef-x"), own("two", "LicenseRef-x"), own("three", "MIT AND LicenseRef-y")],
    ]
    const files = await spdx.print({ ...rest, materials: gather(materials, found) })
    const document = spdxDocument.parse(JSON.parse(files["sbom.spdx.json"]!))
    expect(document.hasExtractedLicensingInfos).toEqual([
      { licenseId: "LicenseRef-x", extractedText: "the terms of one\n\nthe terms of two" },
      { licenseId: "LicenseRef-y", extractedText: "the terms of three" },
    ])
  })

  test("would not be with a licence of its own that has no text, or stands twice", async () => {
    const document = JSON.parse(await printOne(spdx, "executable"))
    const [first, ...rest] = document.packages
    const packages = [{ ...first, licenseDeclared: "MIT AND LicenseRef-x" }, ...rest]
    const info = { licenseId: "LicenseRef-x", extractedText: "terms" }
    const isFine = (...hasExtractedLicensingInfos: object[]) =>
      spdxDocument.safeParse({ ...document, packages, hasExtractedLicensingInfos }).success
    expect([isFine(info), isFine(), isFine(info, info)]).toEqual([true, false, false])
  })

  test("would not be with files of a package whose files were not analysed", async () => {
    const document = JSON.parse(await printOne(spdx, "kit"))
    const checksums = [{ algorithm: "SHA256", checksumValue: "ab".repeat(32) }]
    const files = [{ SPDXID: "SPDXRef-File-1", fileName: "./a", checksums }]
    expect(spdxFaults({ ...document, files })).toEqual([])
    expect(spdxDocument.safeParse({ ...document, files }).success).toBe(false)
  })

  test("says of what upstream does not list that it is not listed", async () => {
    const { packages } = JSON.parse(await printOne(spdx, "executable"))
    const upstream = packages.find(({ name }: { name: string }) => name === "opencode-sample")
    expect(upstream.comment).toContain("not listed in full")
  })
})

test("both are the same bytes when they are printed again", async () => {
  for (const output of [cyclonedx, spdx])
    for (const kind of kinds) expect(await printOne(output, kind)).toBe(await printOne(output, kind))
})
