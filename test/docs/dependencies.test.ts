import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { replaceTable } from "../../scripts/lib/made-table.ts"
import { printOwnDependencies, readOwnDependencies } from "../../scripts/lib/npm/own-dependencies.ts"

const ROOT = join(import.meta.dirname, "../..")
const read = (path: string) => readFile(join(ROOT, path), "utf8")
const all = readOwnDependencies(await read("package-lock.json"))
const why: Record<string, string> = JSON.parse(await read("docs/data/dependencies.json"))

test("docs/dependencies.md is what package-lock.json comes to; when not: npm run list-dependencies", async () => {
  const page = await read("docs/dependencies.md")
  expect(page).toBe(replaceTable(page, "npm run list-dependencies", printOwnDependencies(all, why)))
  for (const path of Object.keys(JSON.parse(await read("package-lock.json")).packages).filter(Boolean))
    expect(page).toContain(`| ${path.split("node_modules/").at(-1)} |`)
})

test("each package of package.json has its reason, and no other has", async () => {
  const { devDependencies, optionalDependencies, dependencies = {} } = JSON.parse(await read("package.json"))
  const named = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
  expect(Object.keys(why).sort()).toEqual(named.sort())
})

test("each package is there for one that package.json names", () => {
  expect(all.filter(({ neededBy }) => neededBy.length === 0)).toEqual([])
})

test("those with an install script are those that package.json allows one", async () => {
  const { allowScripts } = JSON.parse(await read("package.json"))
  const scripted = all.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name)
  expect(scripted).toEqual(Object.keys(allowScripts))
})

test("without optional packages there is no browser and no linter, and all else but parts for a platform", () => {
  const optional = all.filter(({ optional, platform }) => optional && platform === undefined)
  const needed = new Set(optional.flatMap(({ neededBy }) => neededBy))
  for (const name of ["@biomejs/biome", "@sparticuz/chromium", "playwright-core"])
    expect(needed).toContain(name)
  expect(optional.map(({ name }) => name)).not.toContain("typescript")
})
