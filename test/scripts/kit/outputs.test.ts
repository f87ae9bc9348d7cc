import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { kitFile } from "../../../scripts/kit/kit-file.ts"
import { describePackage } from "../../../scripts/kit/manifest.ts"
import { expressionOf, outputFiles } from "../../../scripts/kit/outputs.ts"
import type { PackageFile } from "../../../scripts/lib/npm/read-packages.ts"
import { sampleSubject } from "../../lib/subject.ts"

let release: string

beforeAll(async () => {
  release = await mkdtemp(join(tmpdir(), "kit-outputs-"))
  const { record, materials, diffs } = sampleSubject()
  await writeFile(join(release, "build.json"), JSON.stringify(record))
  await writeFile(join(release, "materials.json"), JSON.stringify(materials))
  await mkdir(join(release, "patches"))
  for (const [name, diff] of Object.entries(diffs))
    await writeFile(join(release, `patches/${name}.diff`), diff)
})
afterAll(() => rm(release, { recursive: true }))

/** What is printed of a kit with one package. */
async function print(packageJson: object, files: Record<string, string> = {}) {
  const read: PackageFile[] = Object.entries({ "package.json": JSON.stringify(packageJson), ...files }).map(
    ([path, text]) => ({ path, executable: false, data: Buffer.from(text) }),
  )
  const integrity = `sha512-${Buffer.alloc(64, 3).toString("base64")}`
  const locked = { path: "node_modules/server", name: "server", version: "1.0.0", integrity }
  const all = [
    kitFile("install.sh", ""),
    kitFile("files/bin/opencode", "program", true),
    kitFile("files/lib/opencode-kit/node_modules/server/index.js", ""),
  ]
  const printed = await outputFiles(
    { release, packages: [describePackage(locked, read)], read: [read], files: all },
    undefined,
  )
  return Object.fromEntries(
    printed.map(({ path, data }) => [
      path.replace("files/lib/opencode-kit/", ""),
      new TextDecoder().decode(data),
    ]),
  )
}

test("a kit's outputs have what the release has, and the kit's packages", async () => {
  const printed = await print({ license: "ISC" }, { LICENSE: "the terms of the server" })
  const { list } = JSON.parse(printed["materials.json"]!)
  const names = list.map(({ name }: { name: string }) => name)
  expect(names).toContain("opencode-sample")
  expect(names).toContain("server")
  expect(printed["licenses.txt"]).toContain("the terms of the server")
  expect(printed["sbom.cdx.json"]).toContain("pkg:npm/server@1.0.0")
})

test("a kit has no brief of its own, which would say that nothing was measured: the release's is in it", async () => {
  const printed = await print({ license: "ISC" })
  expect(Object.keys(printed)).toContain("provenance.json")
  expect(Object.keys(printed).filter((path) => path.startsWith("brief"))).toEqual([])
})

test("the list names each file that is installed, from the prefix, and none that is not", async () => {
  const { SHA256SUMS = "" } = await print({ license: "ISC" })
  const files = SHA256SUMS.trim()
    .split("\n")
    .map((line) => line.split("  ")[1])
  expect(files).toContain("bin/opencode")
  expect(files).toContain("lib/opencode-kit/node_modules/server/index.js")
  expect(files).toContain("lib/opencode-kit/licenses.txt")
  expect(files).not.toContain("install.sh")
})

test("a licence that is a file's gets a name of its own, with that text", async () => {
  const printed = await print({ license: "SEE LICENSE IN LICENSE.txt" }, { "LICENSE.txt": "mine" })
  const { list } = JSON.parse(printed["materials.json"]!)
  expect(list.find(({ name }: { name: string }) => name === "server").license).toBe("LicenseRef-server-1.0.0")
  const { hasExtractedLicensingInfos } = JSON.parse(printed["sbom.spdx.json"]!)
  expect(hasExtractedLicensingInfos).toEqual([
    { licenseId: "LicenseRef-server-1.0.0", extractedText: "mine" },
  ])
})

test.each([{}, { license: "UNLICENSED" }, { license: "SEE LICENSE IN LICENSE.txt" }])(
  "a package that says %p and has no text cannot be in a kit",
  async (packageJson) => {
    expect(print(packageJson)).rejects.toThrow(/server@1\.0\.0 cannot be handed on/)
  },
)

test("two versions of a package, each with terms of its own, have two names for them", () => {
  const names = ["1.0.0", "2.0.0"].map((version) =>
    expressionOf({ name: "@a/server", version, licence: "see the file" }, ["terms"]),
  )
  expect(names).toEqual(["LicenseRef-a-server-1.0.0", "LicenseRef-a-server-2.0.0"])
  expect(expressionOf({ name: "a", version: "1.0.0", licence: "MIT" }, [])).toBe("MIT")
  expect(expressionOf({ name: "a", version: "1.0.0", licence: "see the file" }, [])).toBe("")
})
