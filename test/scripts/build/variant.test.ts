import { afterAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { variantOf, variantOfRecord } from "../../../scripts/build/variant.ts"
import { Failure } from "../../../scripts/lib/errors.ts"
import { readInputs } from "../../../scripts/record/inputs.ts"
import { pin, target } from "../../lib/stock.ts"

const folder = mkdtempSync(join(tmpdir(), "variant-"))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, value: unknown): string {
  writeFileSync(join(folder, name), JSON.stringify(value))
  return join(folder, name)
}

const policy = (allow: string[], name = "policy.json") => file(name, { mode: "always", allow, locked: true })

test("a build of which nothing is an organisation's has no name but its pin's and target's", async () => {
  expect(await variantOf({})).toBeUndefined()
  const nothing = file("nothing.json", { mode: "opt-in", allow: [], locked: false })
  expect(await variantOf({ policy: nothing })).toBeUndefined()
})

test("policies that differ have different names, and one that is called otherwise has the same", async () => {
  expect(await variantOf({ policy: policy([]) })).toBe("always-locked")
  const names = [await variantOf({ policy: policy(["a.b"]) }), await variantOf({ policy: policy(["c.d"]) })]
  expect(new Set([...names, "always-locked"]).size).toBe(3)
  expect(await variantOf({ policy: policy(["c.d"], "other.json") })).toBe(names[1])
})

test("so have configurations, catalogues and packages", async () => {
  const given = [
    { config: file("a.json", { model: "a/b" }) },
    { config: file("b.json", { model: "a/c" }) },
    { models: file("c.json", {}) },
    { with: ["a@1.0.0"] },
    { with: ["a@1.0.0", "b@1.0.0"], policy: policy([]) },
  ]
  const names = await Promise.all(given.map(variantOf))
  expect(new Set(names).size).toBe(given.length)
  for (const name of names) expect(name).toMatch(/^(always-locked-)?own-[0-9a-f]{8}$/)
})

test("one file has two names when it is given to two options, and the record of each build has the same", async () => {
  const one = file("both.json", {})
  const given = [{ models: one }, { modelsExtend: one }, { config: one }]
  const names = await Promise.all(given.map(variantOf))
  expect(new Set(names).size).toBe(given.length)
  for (const [index, files] of given.entries()) {
    const { inputs } = await readInputs(pin, { ...files, target: target.name, with: [] })
    expect(variantOfRecord({ inputs, packages: [] }, "")).toBe(`opt-in-${names[index]}`)
  }
})

test("a policy that is none is a failure", async () => {
  expect(await variantOf({ policy: file("d.json", {}) }).catch((error) => error)).toBeInstanceOf(Failure)
})
