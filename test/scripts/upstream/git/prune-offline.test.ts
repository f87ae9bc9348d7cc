import { describe, expect, test } from "bun:test"
import { dropImports, dropMembers, findUses } from "../../../../scripts/upstream/git/prune-offline.ts"

const INDEX = `import { a, b } from "./ab"
import { c } from "./c"
import { start } from "./switch"
import "./effect"

start()

export const Offline = Object.freeze({
  first: a,
  b,
  group: Object.freeze({ c }),
})
`

describe("offline/'s index", () => {
  test("keeps the members that are used, their imports, and the start of the switch", () => {
    expect(dropImports(dropMembers(INDEX, new Set(["first"])))).toBe(`import { a } from "./ab"
import { start } from "./switch"
import "./effect"

start()

export const Offline = Object.freeze({
  first: a,
})
`)
  })

  test("keeps a group whole, and all of it when all of it is used", () => {
    expect(dropImports(dropMembers(INDEX, new Set(["group"])))).toContain("group: Object.freeze({ c }),")
    expect(dropImports(dropMembers(INDEX, new Set(["first", "b", "group"])))).toBe(INDEX)
  })
})

test("what patched files use is members of Offline, and modules that they import by any path", () => {
  const text = `import { x } from "../src/offline/build/embed"
import { Offline } from "@/offline"
Offline.models.catalogue(Offline.active())
`
  const changed = [{ file: "src/a.ts", text }]
  expect(findUses([{ applied: {} as never, changed }])).toEqual({
    members: new Set(["models", "active"]),
    modules: ["build/embed"],
  })
})
