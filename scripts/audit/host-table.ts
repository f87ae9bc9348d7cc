import { Failure } from "../lib/errors.ts"
import { labelOf } from "./known-hosts.ts"
import { hostOf, type Report } from "./report.ts"

const BEGIN = "<!-- made by npm run audit-table -->"
const END = "<!-- end -->"

/**
 * The table of hosts: by what upstream's release was seen to try each, and how many of them the offline build tried, in
 * mode `answer`. Throws a Failure when the report is not of both, in all scenarios.
 */
export function printHostTable(report: Report): string {
  const stock = report.executables.find(({ isPinnedStock }) => isPinnedStock)
  const offline = report.executables.find(({ variant }) => variant === "offline")
  const results = report.results.filter(({ mode }) => mode === "answer")
  if (!stock || !offline || !report.allScenarios || results.length === 0) throw notWhole()
  const tried = (executable: string) => titlesByHost(report, executable)
  const list = (titles: Set<string> | undefined) => {
    if (!titles) return "not tried"
    return titles.size > report.scenarios.length / 2 ? "most scenarios" : [...titles].join(", ")
  }
  const ofStock = tried(stock.id)
  const ofOffline = tried(offline.id)
  const hosts = [...new Set([...ofStock.keys(), ...ofOffline.keys()])].sort()
  return [
    "| host | upstream's 1.3.0 tries it in | here, offline |",
    "|---|---|---|",
    ...hosts.map((host) => `| ${host} | ${list(ofStock.get(host))} | ${list(ofOffline.get(host))} |`),
  ].join("\n")
}

/** Puts the table between its markers. Throws a Failure when the text does not have them. */
export function replaceTable(text: string, table: string): string {
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END, begin)
  if (begin >= 0 && end >= 0)
    return `${text.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${text.slice(end)}`
  throw new Failure({
    what: "There is no place for the table",
    why: `the file does not have the lines ${BEGIN} and ${END}`,
    next: "put them where the table belongs",
  })
}

function titlesByHost({ results, scenarios }: Report, executable: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const result of results.filter((one) => one.executable === executable && one.mode === "answer")) {
    const { title } = scenarios.find(({ name }) => name === result.scenario)!
    for (const attempt of result.runs.flatMap(({ attempts }) => attempts)) {
      const label = labelOf(hostOf(attempt))
      found.set(label, (found.get(label) ?? new Set()).add(title))
    }
  }
  return found
}

function notWhole(): Failure {
  return new Failure({
    what: "The report does not have all that the table says",
    why: "it must be of upstream's release and the last build, in all scenarios, in mode answer",
    next: "npm run audit",
  })
}
