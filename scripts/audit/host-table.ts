import { Failure } from "../lib/errors.ts"
import { beginOf, replaceTable as replaceMadeTable } from "../lib/made-table.ts"
import { labelOf } from "./known-hosts.ts"
import { hostOf, type Report, type ReportedResult } from "./report.ts"

const COMMAND = "npm run audit-table"

/** Titles of scenarios, by the host that was tried in them. */
type TitlesByHost = Map<string, Set<string>>

/**
 * The table of hosts: in which scenarios upstream's release and the offline build were seen to try each, in mode
 * `answer`. Throws a Failure when the report is not of both, in all scenarios.
 * @param stated what a table says already: it stands for scenarios that did not do their job this time, as what they
 * would have tried is not known
 */
export function printHostTable(report: Report, stated: TitlesByHost = new Map()): string {
  const stock = report.executables.find(({ isPinnedStock }) => isPinnedStock)
  const offline = report.executables.find(({ variant }) => variant === "offline")
  const results = report.results.filter(({ mode }) => mode === "answer")
  if (!stock || !offline || !report.allScenarios || results.length === 0) throw notWhole()
  const list = (titles: Set<string> | undefined) => {
    if (!titles) return "not tried"
    if (titles.size > report.scenarios.length / 2) return "most scenarios"
    return report.scenarios.flatMap(({ title }) => (titles.has(title) ? [title] : [])).join(", ")
  }
  const ofStock = titlesByHost(report, stock.id)
  const ofOffline = titlesByHost(report, offline.id)
  for (const result of results.filter(({ executable, worked }) => executable === stock.id && !worked)) {
    const title = titleOf(report, result)
    for (const [host, titles] of stated) if (titles.has(title)) add(ofStock, host, title)
  }
  const hosts = [...new Set([...ofStock.keys(), ...ofOffline.keys()])].sort()
  return [
    `| host | upstream's ${report.pin} tries it in | here, offline |`,
    "|---|---|---|",
    ...hosts.map((host) => `| ${host} | ${list(ofStock.get(host))} | ${list(ofOffline.get(host))} |`),
  ].join("\n")
}

/** Puts the table between its markers. Throws a Failure when the text does not have them. */
export function replaceTable(text: string, table: string): string {
  return replaceMadeTable(text, COMMAND, table)
}

/** What the table in a text says of upstream's release. */
export function readHostTable(text: string): TitlesByHost {
  const begin = text.indexOf(beginOf(COMMAND))
  const lines = text.slice(begin, text.indexOf("<!-- end -->", begin)).split("\n").slice(4)
  const rows = lines.filter((line) => line.startsWith("| ")).map((line) => line.split(" | "))
  return new Map(rows.map(([host = "", titles = ""]) => [host.slice(2), new Set(titles.split(", "))]))
}

function titlesByHost(report: Report, executable: string): TitlesByHost {
  const found: TitlesByHost = new Map()
  for (const result of report.results.filter((one) => one.executable === executable && one.mode === "answer"))
    for (const attempt of result.runs.flatMap(({ attempts }) => attempts))
      add(found, labelOf(hostOf(attempt)), titleOf(report, result))
  return found
}

function add(found: TitlesByHost, host: string, title: string): void {
  found.set(host, (found.get(host) ?? new Set()).add(title))
}

function titleOf({ scenarios }: Report, { scenario }: ReportedResult): string {
  return scenarios.find(({ name }) => name === scenario)!.title
}

function notWhole(): Failure {
  return new Failure({
    what: "The report does not have all that the table says",
    why: "it must be of upstream's release and the last build, in all scenarios, in mode answer",
    next: "npm run audit",
  })
}
