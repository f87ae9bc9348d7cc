import { readFile, rename, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { Command, Option } from "commander"
import { readHostsOf, statedUnreached } from "../audit/unreached.ts"
import { printUnreachedTable } from "../audit/unreached-table.ts"
import { leaveParser, runCommand } from "../lib/errors.ts"
import { replaceTable } from "../lib/made-table.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { acquireStock } from "../pins/acquire-stock.ts"
import { FILE, findKnown } from "../pins/hosts-in-code.ts"
import { readSupported } from "../pins/pin.ts"

const DOCS = "docs/audit.md"
const MAKER = "npm run coverage"

const DESCRIPTION = `Lists the hosts in the code of upstream's release that no scenario of the audit reaches, with the reason that
${FILE} gives. Nothing is run.

Exit codes: 0 each host has a reason, 1 one has none, or the table is not current (--check-docs), 2 could not look.`

interface Options {
  pin?: string
  cache: string
  writeDocs: boolean
  checkDocs: boolean
}

await runCommand(async () => {
  const { pin, cache, writeDocs, checkDocs } = new Command(`${MAKER} --`)
    .description(DESCRIPTION)
    .option("--pin <name>", "a folder in pins/ (default: the one that is built by default)")
    .option("--cache <folder>", "where packages are kept between builds", defaultCache())
    .addOption(new Option("--write-docs", `write the table in ${DOCS}`).default(false).conflicts("pin"))
    .addOption(
      new Option("--check-docs", `say whether the table in ${DOCS} is current`)
        .default(false)
        .conflicts("pin"),
    )
    .exitOverride(leaveParser)
    .parse()
    .opts<Options>()
  const options = { pin: pin ?? (await readSupported()).default, cache: resolve(cache) }
  const inCode = await readHostsOf(await acquireStock(options), options)
  const table = printUnreachedTable(await statedUnreached(inCode, options.pin))
  console.log(table)
  const nameless = inCode.hosts.filter((host) => !findKnown(host, inCode.known))
  for (const host of nameless)
    console.error(`✖ ${FILE} does not say what ${host} is: docs/updating.md, step 1`)
  const current = writeDocs || checkDocs ? await keepTable(table, writeDocs) : true
  return current && nameless.length === 0
})

/** @returns whether the table is current, which it is when it was written */
async function keepTable(table: string, write: boolean): Promise<boolean> {
  const file = join(import.meta.dirname, "../..", DOCS)
  const before = await readFile(file, "utf8")
  const after = replaceTable(before, MAKER, table)
  if (before === after) console.error(`the table in ${DOCS} is current`)
  else if (!write) console.error(`✖ the table in ${DOCS} is not current: ${MAKER} -- --write-docs`)
  else {
    await writeFile(`${file}.new`, after)
    await rename(`${file}.new`, file)
    console.error(`${DOCS} has the new table`)
  }
  return write || before === after
}
