import { readFile, rename, writeFile } from "node:fs/promises"
import { Command } from "commander"
import { printHostTable, readHostTable, replaceTable } from "../audit/host-table.ts"
import { readReport } from "../audit/read-report.ts"
import { leaveParser, runCommand } from "../lib/errors.ts"

const DESCRIPTION = `Writes the table of measured hosts in docs/connections.md from the report of \`npm run audit\`.

A table is current when it says what was measured; what a scenario of upstream's that did not do its job this time would
have tried is taken from the table.
Exit codes: 0 written, or current; 1 not current (--check), 2 could not run.`

await runCommand(async () => {
  const options = new Command("npm run audit-table --")
    .description(DESCRIPTION)
    .option("--report <file>", "the report that it is made from", "dist/audit/report.json")
    .option("--page <file>", "the file that has the table", "docs/connections.md")
    .option("--check", "write nothing, and say whether the table is current", false)
    .exitOverride(leaveParser)
    .parse()
    .opts<{ report: string; page: string; check: boolean }>()
  const report = await readReport(options.report)
  const before = await readFile(options.page, "utf8")
  const stated = options.check ? readHostTable(before) : undefined
  const after = replaceTable(before, printHostTable(report, stated))
  if (options.check) return isCurrent(before, after, options)
  await writeFile(`${options.page}.new`, after)
  await rename(`${options.page}.new`, options.page)
  console.log(after === before ? `${options.page} was current` : `${options.page} has the new table`)
  return true
})

function isCurrent(before: string, after: string, { page }: { page: string }): boolean {
  if (before === after) {
    console.log(`the table in ${page} is current`)
    return true
  }
  const old = new Set(before.split("\n"))
  const changed = after.split("\n").filter((line) => !old.has(line))
  console.log([`✖ the table in ${page} is not what was measured: npm run audit-table`, ...changed].join("\n"))
  return false
}
