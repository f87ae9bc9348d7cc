import { expect, test } from "bun:test"
import { join } from "node:path"
import { RELEASE } from "../../../scripts/build/fresh-release.ts"
import { hasOwnContents } from "../../../scripts/kit/find-release.ts"
import { type BuildRecord, readBuildRecord } from "../../../scripts/record/build-record.ts"

const record = await readBuildRecord(join(RELEASE, "build.json"))
const plain: BuildRecord = { ...record, policy: undefined, models: { ...record.models, from: "upstream" } }

test("a release that was built without options may be built again for a kit", () => {
  expect(hasOwnContents(plain)).toBe(false)
  expect(hasOwnContents({})).toBe(false)
})

test.each<[string, Partial<BuildRecord>]>([
  ["a policy", { policy: { mode: "always", allow: [], locked: true } }],
  ["models of one's own", { models: { ...record.models, from: "organisation" } }],
  ["models beside upstream's", { models: { ...record.models, from: "both" } }],
  ["a package", { packages: [...record.packages, { ...record.packages[0]!, package: "other" }] }],
])("one that was built with %s may not: it would lose it", (_, own) => {
  expect(hasOwnContents({ ...plain, ...own })).toBe(true)
})
