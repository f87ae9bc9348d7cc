import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { builtExecutable } from "../lib/built.ts"
import { pin } from "../lib/stock.ts"

test("beside the executable lies the licence of each package that a grammar is from, and of no other", async () => {
  const text = await readFile(join(dirname(builtExecutable()), "licenses.txt"), "utf8")
  const packages = new Set(
    Object.values(pin.grammars)
      .flat()
      .map(({ name, version, license }) => `${name} ${version} (${license})\n`),
  )
  for (const title of packages) expect(text.split(title)[1]).toMatch(/^-+\n\n[\s\S]{500,}/)
  expect(text.match(/^-{10,}$/gm) ?? []).toHaveLength(packages.size)
})
