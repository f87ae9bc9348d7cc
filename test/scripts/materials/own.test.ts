import { expect, test } from "bun:test"
import { ofPatches } from "../../../scripts/materials/own.ts"
import { sampleRecord } from "../../lib/subject.ts"

test("a patch is held by the modules that its diff names", async () => {
  const [patch] = await ofPatches(sampleRecord, {
    "a-patch": "--- a/one.js\n+++ b/one.js\n--- a/two.js\n+++ b/two.js\n",
  })
  expect(patch).toMatchObject({ kind: "patch", where: ["one.js", "two.js"] })
})

test("of a patch without a diff it is not said that it changes nothing", async () => {
  await expect(ofPatches(sampleRecord, {})).rejects.toThrow("there is no diff of a-patch")
})
