import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { builtExecutable } from "../../lib/built.ts"
import { pinWith } from "../../lib/stock.ts"

const pin = await pinWith(({ grammars }) => Object.keys(grammars).length > 0)

test("beside the executable lies the licence of each package that a grammar is from", async () => {
  const text = await readFile(join(dirname(builtExecutable()), "licenses.txt"), "utf8")
  for (const { name, version, license } of Object.values(pin.grammars).flat()) {
    const [, section] = text.split(`${name} ${version} (${license})\n`)
    expect(section).toMatch(/^-+\n\n[\s\S]{500,}/)
  }
})
