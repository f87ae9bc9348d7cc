import { expect, test } from "bun:test"
import { readBunLock } from "../../../../scripts/lib/npm/bun-lock.ts"

const integrity = (letter: string) => `sha512-${letter.repeat(86)}==`

const LOCK = `{
  "lockfileVersion": 1,
  "packages": {
    "@scope/tool": ["@scope/tool@2.0.0-beta.1", "", { "dependencies": { "plain": "^1.0.0" } }, "${integrity("a")}"],

    "app": ["app@workspace:packages/app"],

    "forge": ["forge@github:someone/forge#1a2b3c4", {}, "someone-forge-1a2b3c4", "${integrity("b")}"],

    "alias": ["plain@1.0.0", "", {}, "${integrity("c")}"],

    "@scope/tool/plain": ["plain@1.0.0", "", {}, "${integrity("c")}"],

    "plain": ["plain@3.0.0", "", {}, "${integrity("d")}"],
  }
}
`

test("a lockfile gives each version of a registry's packages once, with its hash and its places", () => {
  expect(Object.fromEntries(readBunLock(LOCK))).toEqual({
    "@scope/tool@2.0.0-beta.1": {
      name: "@scope/tool",
      version: "2.0.0-beta.1",
      integrity: integrity("a"),
      keys: ["@scope/tool"],
    },
    "plain@1.0.0": {
      name: "plain",
      version: "1.0.0",
      integrity: integrity("c"),
      keys: ["alias", "@scope/tool/plain"],
    },
    "plain@3.0.0": { name: "plain", version: "3.0.0", integrity: integrity("d"), keys: ["plain"] },
  })
})

test.each(["", LOCK.slice(0, 200)])("a lockfile that is not whole is refused", (text) => {
  expect(() => readBunLock(text)).toThrow("bun.lock of the git tree cannot be read")
})
