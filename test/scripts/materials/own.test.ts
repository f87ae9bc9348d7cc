import { expect, test } from "bun:test"
import { findLibraries, ofOwnModules, ofPatches } from "../../../scripts/materials/own.ts"
import { sampleRecord } from "../../lib/subject.ts"

test("a patch is held by the modules that its diff names", async () => {
  const [patch] = await ofPatches(sampleRecord, {
    "a-patch": "--- a/one.js\n+++ b/one.js\n--- a/two.js\n+++ b/two.js\n",
  })
  expect(patch).toMatchObject({ kind: "patch", where: ["one.js", "two.js"] })
})

test("a patch of a chunk is held by the module that the chunk is", async () => {
  const changed = [
    { name: "/$bunfs/root/chunk-a.js", bytes: 1, sha256: "", stock: "" },
    { name: "/$bunfs/root/src/index.js", bytes: 1, sha256: "", stock: "" },
  ]
  const record = { ...sampleRecord, modules: { ...sampleRecord.modules, changed } }
  const diffs = { "a-patch": "--- a/chunks/chunk-a.js\n+++ b/chunks/chunk-a.js\n--- a/chunks/src/index.js\n" }
  const [patch] = await ofPatches(record as never, diffs)
  expect(patch!.where).toEqual(changed.map(({ name }) => name))
})

test("what lists the contents is this project's, and a policy is its own only where an organisation gave none", async () => {
  const added = [
    "offline/start.js",
    "offline-assets.json",
    "offline-asset-licenses.txt.zst",
    "offline-policy.json",
  ]
  const modules = {
    ...sampleRecord.modules,
    added: added.map((name) => ({ name: `/x/${name}`, bytes: 1, sha256: "" })),
  }
  const libraries = await findLibraries()
  const whereOf = async (policy?: object) =>
    (await ofOwnModules({ ...sampleRecord, modules, policy } as never, libraries)).map(({ name, where }) => [
      name,
      where.length,
    ])
  const [own, ...bundled] = await whereOf()
  expect(own).toEqual(["opencode-offline", 4])
  expect(bundled.length).toBeGreaterThan(0)
  expect(new Set(bundled.map(([, places]) => places))).toEqual(new Set([1]))
  expect((await whereOf({ mode: "always" }))[0]).toEqual(["opencode-offline", 3])
})

test("of a patch without a diff it is not said that it changes nothing", async () => {
  await expect(ofPatches(sampleRecord, {})).rejects.toThrow("there is no diff of a-patch")
})
