import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { readPin } from "../../scripts/pins/pin.ts"
import { builtExecutable } from "../lib/built.ts"

test("beside the executable lies the licence of each package that a grammar is from", async () => {
  const text = await readFile(join(dirname(builtExecutable()), "licenses.txt"), "utf8")
  for (const { name, version, license } of Object.values((await readPin("1.3.0")).grammars).flat()) {
    const [, section] = text.split(`${name} ${version} (${license})\n`)
    expect(section).toMatch(/^-+\n\n[\s\S]{500,}/)
  }
})
