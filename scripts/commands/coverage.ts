import { readFile, rename, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { Command, Option } from "commander"
import { nameSite, printSitesTable, stateSites } from "../audit/sites-table.ts"
import { readHostsOf, statedUnreached } from "../audit/unreached.ts"
import { printUnreachedTable } from "../audit/unreached-table.ts"
import { leaveParser, runCommand } from "../lib/errors.ts"
import { replaceTable } from "../lib/made-table.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { acquireStock } from "../pins/acquire-stock.ts"
import { readSiteGroups, SITES_FILE } from "../pins/connect-sites.ts"
import { FILE, findKnown } from "../pins/hosts-in-code.ts"
import { readSupported } from "../pins/pin.ts"
import { findConnectSites } from "../upstream/connect-sites.ts"
import { takeCode } from "../upstream/read-code.ts"

const DOCS = "docs/audit.md"
const MAKER = "npm run coverage"

const DESCRIPTION = `Lists the hosts in the code of upstream's release that no scenario of the audit reaches, with the reason that
${FILE} gives; and the places in that code that connect to a host which does not stand there, with what
${SITES_FILE} says of them. Nothing is run.

Exit codes: 0 each has a reason, 1 one has none, or the tables are not current (--check-docs), 2 could not look.`

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
    .addOption(new Option("--write-docs", `write the tables in ${DOCS}`).default(false).conflicts("pin"))
    .addOption(
      new Option("--check-docs", `say whether the tables in ${DOCS} are current`)
        .default(false)
        .conflicts("pin"),
    )
    .exitOverride(leaveParser)
    .parse()
    .opts<Options>()
  const options = { pin: pin ?? (await readSupported()).default, cache: resolve(cache) }
  const stock = await acquireStock(options)
  const inCode = await readHostsOf(stock, options)
  const groups = await readSiteGroups()
  const sites = stateSites(findConnectSites(takeCode(await readFile(stock))), groups)
  const hosts = printUnreachedTable(await statedUnreached(inCode, options.pin))
  const tables = `${hosts}\n\n${printSitesTable(sites, groups)}`
  console.log(tables)
  const nameless = inCode.hosts.filter((host) => !findKnown(host, inCode.known))
  for (const host of nameless)
    console.error(`✖ ${FILE} does not say what ${host} is: docs/updating.md, step 1`)
  const unknown = sites.filter(({ group }) => !group)
  for (const { site } of unknown)
    console.error(`✖ ${SITES_FILE} does not say what connects here: ${nameSite(site)}`)
  const current = writeDocs || checkDocs ? await keepTables(tables, writeDocs) : true
  return current && nameless.length === 0 && unknown.length === 0
})

/** @returns whether the tables are current, which they are when they were written */
async function keepTables(tables: string, write: boolean): Promise<boolean> {
  const file = join(import.meta.dirname, "../..", DOCS)
  const before = await readFile(file, "utf8")
  const after = replaceTable(before, MAKER, tables)
  if (before === after) console.error(`the tables in ${DOCS} are current`)
  else if (!write) console.error(`✖ the tables in ${DOCS} are not current: ${MAKER} -- --write-docs`)
  else {
    await writeFile(`${file}.new`, after)
    await rename(`${file}.new`, file)
    console.error(`${DOCS} has the new tables`)
  }
  return write || before === after
}
