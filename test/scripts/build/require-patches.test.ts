import { expect, test } from "bun:test"
import { requirePatches } from "../../../scripts/build/require-patches.ts"
import { Failure } from "../../../scripts/lib/errors.ts"

const without = { leftOut: [{ name: "config-leave-out-code", why: "--core-only" }] }
const policy = (keys: { locked: boolean; projectCode?: "allow" | "ignore" }) => {
  return { keys: { mode: "always" as const, allow: [], ...keys }, bytes: new Uint8Array() }
}

test.each([
  [{ locked: true }, "it is locked, which means"],
  [{ locked: false, projectCode: "ignore" as const }, 'it has "projectCode": "ignore"'],
])("the policy %j needs the patch that leaves a project's code out", (keys, why) => {
  const failure = (() => {
    try {
      return requirePatches(policy(keys), without)
    } catch (error) {
      return error as Failure
    }
  })()
  expect(failure).toBeInstanceOf(Failure)
  expect((failure as Failure).report.why).toContain(why)
  requirePatches(policy(keys), { leftOut: [] })
})

test("who allows a project's code, or decides nothing, needs no patch", () => {
  requirePatches(policy({ locked: true, projectCode: "allow" }), without)
  requirePatches(policy({ locked: false }), without)
  requirePatches(undefined, without)
})
