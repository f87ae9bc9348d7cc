import { expect, test } from "bun:test"
import { INPUTS } from "../../../scripts/build/fresh-release.ts"
import { readInputs } from "../../../scripts/record/inputs.ts"
import { pin, target } from "../../lib/stock.ts"

test("a release is stale when any file changes that its record names as an input", async () => {
  const { inputs } = await readInputs(pin, { target: target.name, with: [] })
  const names = inputs.map(({ name }) => name)
  const isLookedAt = (name: string) => INPUTS.some((input) => name === input || name.startsWith(`${input}/`))
  expect(names).toContain("package.json")
  expect(names.filter((name) => !isLookedAt(name))).toEqual([])
})
