import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { managedFile } from "../../../scripts/kit/managed.ts"

const OWN = JSON.parse(await readFile(join(import.meta.dirname, "../../../kit/policy.json"), "utf8"))
const offlineOf = async (policy?: Parameters<typeof managedFile>[1]["policy"]) =>
  JSON.parse(new TextDecoder().decode((await managedFile("lib", { policy })).data)).offline

test("a kit that was given no policy has a managed file that decides nothing", async () => {
  expect(await offlineOf()).toBeUndefined()
  expect(await offlineOf(OWN)).toBeUndefined()
})

test("the policy that a kit was given is said in its managed file, too", async () => {
  const policy = { mode: "always" as const, allow: ["llm.corp"], locked: true }
  expect(await offlineOf(policy)).toEqual(policy)
})
