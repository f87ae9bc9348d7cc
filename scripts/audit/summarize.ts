import { relative } from "node:path"
import { formatDuration } from "../lib/log.ts"
import { describeNotAsked, NOT_MEASURED, type Report, reportFile } from "./report.ts"

/** What the audit says last: a line for each finding, how long scenarios took behind a firewall, where the report is. */
export function summarize(report: Report, out: string): string {
  const { findings, results, ms } = report
  const file = reportFile(report.allScenarios).replace(/json$/, "html")
  const page = `${relative(process.cwd(), out) || "."}/${file}`
  const ran = `${results.length} scenario runs in ${formatDuration(ms)}; see ${page}`
  const isWhole = results.every(({ incomplete }) => incomplete === undefined)
  const nothing = isWhole ? "✔ nothing found" : "nothing found, but not all was recorded"
  const last = `${findings.length === 0 ? nothing : `${findings.length} found`}: ${ran}`
  return [
    ...describeWaits(report),
    ...describeNotAsked(report),
    ...findings.map(({ line }) => `✖ ${line}`),
    last,
  ].join("\n")
}

function describeWaits({ results, scenarios, executables }: Report): string[] {
  const dropped = results.filter(({ mode }) => mode === "drop")
  if (dropped.length === 0) return []
  const lines = scenarios.map(({ name, title }) => {
    const times = executables.map(({ id }) => {
      const result = dropped.find((one) => one.scenario === name && one.executable === id)!
      if (result.notMeasured !== undefined) return `${id} ${NOT_MEASURED}`
      return `${id} ${formatDuration(result.ms)}${result.worked ? "" : " in vain"}`
    })
    return `  ${title}: ${times.join(", ")}`
  })
  return ["Behind a firewall that drops packets:", ...lines]
}
