import { afterEach, beforeEach, expect, test } from "bun:test"
import { readPackages } from "../../../../scripts/lib/npm/read-packages.ts"
import { makeNpmHome, type NpmHome } from "../../../lib/npm-home.ts"
import { type Mode, makePackage, type Registry, startRegistry } from "../../../lib/registry.ts"

const tool = await makePackage("@acme/tool", Buffer.from("tool"))
const other = await makePackage("other", Buffer.from("other"), "lib/other.js")
const packages = [other.pinned, tool.pinned]

let registry: Registry
let home: NpmHome

beforeEach(async () => {
  registry = await startRegistry([tool, other])
  home = await makeNpmHome()
  await home.npmrc(`registry=${registry.url}`)
})
afterEach(async () => {
  await registry.close()
  await home.remove()
})

test("gives every file of each package, in the order asked for", async () => {
  const found = await readPackages(packages, home.options)
  const texts = found.map((files) =>
    Object.fromEntries(files.map(({ path, data, executable }) => [path, [String(data), executable]])),
  )
  expect(texts).toEqual([
    {
      "package.json": [JSON.stringify({ name: "other", version: "1.0.0" }), false],
      "lib/other.js": ["other", true],
    },
    {
      "package.json": [JSON.stringify({ name: "@acme/tool", version: "1.0.0" }), false],
      "bin/tool": ["tool", true],
    },
  ])
})

test("asks the network for nothing the second time", async () => {
  const found = await readPackages(packages, home.options)
  await registry.close()
  expect(await readPackages(packages, home.options)).toEqual(found)
})

test("does not take another package that the registry has under that name, with a hash of its own", async () => {
  const pinned = { ...other.pinned, integrity: tool.pinned.integrity }
  await expect(readPackages([pinned], home.options)).rejects.toThrow(
    "The hash of other@1.0.0 differs from the pin",
  )
})

test.each<[Mode, string]>([
  ["other tarball", "The hash of other@1.0.0 differs from the pin"],
  ["no package", "other@1.0.0 is not in the npm registry"],
  ["login", "The npm registry refuses other@1.0.0"],
  ["reset", "The npm registry cannot be reached, so other@1.0.0"],
])("says which package cannot be had, and why: %s", async (mode, message) => {
  registry.mode = mode
  registry.token = "secret"
  await expect(readPackages([other.pinned], home.options)).rejects.toThrow(message)
})
