import { expect, test } from "bun:test"
import { hasOwnContents } from "../../../scripts/kit/find-release.ts"
import type { BuildRecord } from "../../../scripts/record/build-record.ts"

type Contents = Pick<BuildRecord, "policy" | "models" | "packages">

const models: BuildRecord["models"] = { from: "upstream", providers: 1, bytes: 1, sha256: "0".repeat(64) }
const plugin = { package: "@opencode-ai/plugin" } as BuildRecord["packages"][number]
const plain: Contents = { policy: undefined, models, packages: [plugin] }

test("a release that was built without options may be built again for a kit", () => {
  expect(hasOwnContents(plain)).toBe(false)
  expect(hasOwnContents({})).toBe(false)
})

test.each<[string, Partial<Contents>]>([
  ["a policy", { policy: { mode: "always", allow: [], locked: true } }],
  ["models of one's own", { models: { ...models, from: "organisation" } }],
  ["models beside upstream's", { models: { ...models, from: "both" } }],
  ["a package", { packages: [plugin, { ...plugin, package: "other" }] }],
])("one that was built with %s may not: it would lose it", (_, own) => {
  expect(hasOwnContents({ ...plain, ...own })).toBe(true)
})
