import { afterEach, beforeEach, expect, test } from "bun:test"
import { gzipSync } from "node:zlib"
import { Header, type HeaderData } from "tar"
import { readPackages } from "../../../../scripts/lib/npm/read-packages.ts"
import { makeNpmHome, type NpmHome } from "../../../lib/npm-home.ts"
import { type Mode, makePackage, type Registry, sha512, startRegistry } from "../../../lib/registry.ts"

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

test("gives a file once that a package has under two spellings of its path, and no links", async () => {
  const entries: HeaderData[] = [
    { path: "package/./a.js", type: "File", size: 512 },
    { path: "package/a.js", type: "File", size: 512 },
    { path: "package/link", type: "SymbolicLink", linkpath: "/etc/passwd", size: 0 },
  ]
  const blocks = entries.flatMap((entry, index) => {
    const header = new Header(entry)
    header.encode()
    return [header.block!, Buffer.alloc(entry.size!, String(index))]
  })
  const tarball = gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
  const pinned = { ...other.pinned, integrity: `sha512-${sha512(tarball, "base64")}` }
  const served = await startRegistry([{ ...other, pinned, tarball }])
  await home.npmrc(`registry=${served.url}`)
  const found = await readPackages([pinned], home.options)
  await served.close()
  expect(found.flat().map(({ path, data }) => [path, String(data)])).toEqual([["a.js", "1".repeat(512)]])
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
