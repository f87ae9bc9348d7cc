import { formatDuration } from "../lib/log.ts"
import { hostsOf } from "./matrix.ts"
import { describeNotAsked, describeWork, NOT_MEASURED, type Report } from "./report.ts"
import { printUnreachedTable } from "./unreached-table.ts"

/** The report as Markdown: the findings, and for each scenario what each executable tried, did and took. */
export function printMarkdown(report: Report): string {
  const { findings, executables, startedAt, ms, results } = report
  const verdict =
    findings.length === 0 ? "Nothing found." : findings.map(({ line }) => `- ${cell(line)}`).join("\n")
  return `# What was tried

${results.length} scenario runs on ${startedAt.slice(0, 16).replace("T", " ")} UTC, in ${formatDuration(ms)}.

${verdict}

${describeNotAsked(report)
  .map((line) => `- ${cell(line)}\n`)
  .join("")}
${table(
  ["executable", "file", "sha256"],
  executables.map(({ id, file, sha256 }) => [id, file, sha256]),
)}
${[...new Set(results.map(({ mode }) => mode))].map((mode) => printMode(report, mode)).join("\n")}${printUnreached(report)}`
}

function printUnreached({ unreached }: Report): string {
  if (!unreached) return ""
  return `\n## Hosts in upstream's code that no scenario reached\n\n${printUnreachedTable(unreached)}\n`
}

function printMode({ results, scenarios, executables }: Report, mode: string): string {
  const columns = executables.flatMap(({ id }) => [`${id} tried`, `${id} did its job`, `${id} took`])
  const rows = scenarios.map(({ name, title }) => [
    title,
    ...executables.flatMap(({ id }) => {
      const own = results.filter((one) => one.scenario === name && one.executable === id && one.mode === mode)
      const result = own[0]!
      const nothing = result.notMeasured === undefined ? "nothing" : NOT_MEASURED
      return [hostsOf(own).join(", ") || nothing, describeWork(result), formatDuration(result.ms)]
    }),
  ])
  return `## Connections: ${mode}\n\n${table(["scenario", ...columns], rows)}`
}

/** A Markdown table with a line end behind it. */
function table(columns: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell).join(" | ")} |\n`
  return line(columns) + line(columns.map(() => "---")) + rows.map(line).join("")
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("<", "&lt;")
