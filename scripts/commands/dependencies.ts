import { readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Command } from "commander"
import { Failure, leaveParser, runCommand } from "../lib/errors.ts"
import { replaceTable } from "../lib/made-table.ts"
import { printOwnDependencies, readOwnDependencies } from "../lib/npm/own-dependencies.ts"

const ROOT = join(import.meta.dirname, "../..")
const PAGE = join(ROOT, "docs/dependencies.md")

const DESCRIPTION = `Writes the tables of docs/dependencies.md: what npm ci installs, from package-lock.json, and what each is for, from
docs/data/dependencies.json. A test holds the page against both.
Exit codes: 0 written, 2 could not run.`

await runCommand(async () => {
  new Command("npm run list-dependencies --").description(DESCRIPTION).exitOverride(leaveParser).parse()
  const all = readOwnDependencies(await readFile(join(ROOT, "package-lock.json"), "utf8"))
  const why = JSON.parse(await readFile(join(ROOT, "docs/data/dependencies.json"), "utf8"))
  const untold = all.find(({ name, neededBy }) => neededBy[0] === name && neededBy.length === 1 && !why[name])
  if (untold)
    throw new Failure({
      what: `It is not said what ${untold.name} is for`,
      why: "package.json names it, and docs/data/dependencies.json does not",
      next: "add it there",
    })
  const before = await readFile(PAGE, "utf8")
  const after = replaceTable(before, "npm run list-dependencies", printOwnDependencies(all, why))
  await writeFile(`${PAGE}.new`, after)
  await rename(`${PAGE}.new`, PAGE)
  console.log(after === before ? "docs/dependencies.md was current" : "docs/dependencies.md is written anew")
  return true
})
