import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { pinnedTarget } from "../../scripts/pins/pin.ts"
import { pinWith, target } from "../lib/stock.ts"

const text = await readFile(join(import.meta.dirname, "../../docs/inside.md"), "utf8")
const pin = await pinWith(({ grammars }) => Object.keys(grammars).length > 0)

test("docs/inside.md names each package that something carried inside is from, with its version and licence", () => {
  for (const [language, packages] of Object.entries(pin.grammars)) {
    const row = text.split("\n").find((line) => line.startsWith(`| ${language} |`))
    for (const { name, version, license } of packages) {
      expect(row).toContain(`${name} ${version}`)
      expect(row).toContain(license)
    }
  }
  for (const { name, version } of [pinnedTarget(pin, target.name).ripgrep, pin.webUi!])
    expect(text).toContain(`${name} ${version}`)
})

test("docs/inside.md has no row of a language that is not inside", () => {
  const rows = Array.from(text.matchAll(/^\| (\w+) \| .*tree-sitter.* \|$/gm), ([, language]) => language)
  expect(rows.sort()).toEqual(Object.keys(pin.grammars).sort())
})
