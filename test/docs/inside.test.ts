import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { listPins, pinnedTarget, readPin } from "../../scripts/pins/pin.ts"
import { target } from "../lib/stock.ts"

const text = await readFile(join(import.meta.dirname, "../../docs/inside.md"), "utf8")
const pins = (await Promise.all((await listPins()).map((name) => readPin(name)))).filter(
  ({ grammars }) => Object.keys(grammars).length > 0,
)
const grammars = pins.flatMap((pin) => Object.entries(pin.grammars))

test("docs/inside.md names each package that something carried inside is from, with its version and licence", () => {
  for (const [language, packages] of grammars) {
    const row = text.split("\n").find((line) => line.startsWith(`| ${language} |`))
    for (const { name, version, license } of packages) {
      expect(row).toContain(`${name} ${version}`)
      expect(row).toContain(license)
    }
  }
  const others = pins.flatMap((pin) => [pinnedTarget(pin, target.name).ripgrep, pin.webUi])
  for (const { name, version } of others.filter((item) => item !== undefined))
    expect(text).toContain(`${name} ${version}`)
})

test("docs/inside.md has one row for each language of the pins, and no other", () => {
  const rows = Array.from(text.matchAll(/^\| (\w+) \| .*tree-sitter.* \|$/gm), ([, language]) => language)
  expect(rows.sort()).toEqual([...new Set(grammars.map(([language]) => language))].sort())
})
