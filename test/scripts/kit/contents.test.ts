import { expect, test } from "bun:test"
import { kitName } from "../../../scripts/kit/contents.ts"
import { hostTarget } from "../../../scripts/upstream/target.ts"

const record = {
  opencode: "1.2.3",
  target: hostTarget().name,
  tools: { "opencode-offline": "0.1.0" },
  source: "release" as const,
  leftOut: [{ name: "some-patch", why: "it has no form for 1.2.3" }],
  inputs: [],
  packages: [],
}
const core = [{ name: "some-patch", why: "--core-only" }]

test("a kit's name says how its executable was built, so that none takes the place of another", () => {
  const plain = `opencode-offline-1.2.3-0.1.0-${record.target}`
  expect(kitName(record)).toBe(`${plain}-opt-in`)
  expect(kitName({ ...record, source: "git" })).toBe(`${plain}-git-opt-in`)
  expect(kitName({ ...record, leftOut: core })).toBe(`${plain}-core-opt-in`)
  expect(kitName({ ...record, source: "git", leftOut: core })).toBe(`${plain}-git-core-opt-in`)
})
