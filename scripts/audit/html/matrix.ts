import type { Matrix } from "../matrix.ts"
import { NETWORKS, NOT_MEASURED, type Report } from "../report.ts"
import { GROUPS } from "../scenario.ts"
import { type Markup, markup } from "./markup.ts"

type Scenario = Report["scenarios"][number]

/** The scenarios in the order of their groups. */
export function sortScenarios({ scenarios }: Pick<Report, "scenarios">): Scenario[] {
  return GROUPS.flatMap((group) => scenarios.filter((scenario) => scenario.group === group))
}

/** A table of hosts by scenarios: a cell is a button with a mark for each executable. On a phone a list takes its place. */
export function printMatrix(matrix: Matrix, report: Report): Markup {
  const { mode, hosts } = matrix
  const cutOff = report.results.filter((one) => one.mode === mode && one.notMeasured !== undefined)
  const nothing = cutOff.length === 0 ? "Nothing was tried." : `${cutOff.length} ${NOT_MEASURED}.`
  const scenarios = sortScenarios(report)
  const body = markup`<div class="wide"><table class="matrix"><thead>
<tr><td></td>${GROUPS.map((group) => {
    const own = scenarios.filter((scenario) => scenario.group === group)
    return own.length === 0
      ? ""
      : markup`<th class="group" data-group="${group}" colspan="${own.length}">${group}</th>`
  })}</tr>
<tr><th>host</th>${scenarios.map(({ name, group, title, what }) => markup`<th class="column" data-scenario="${name}" data-of="${group}" title="${what}"><a href="#scenario-${name}">${title}</a></th>`)}</tr>
</thead><tbody>${hosts.map(
    (host) =>
      markup`<tr data-host="${host}"><th>${host}</th>${scenarios.map((scenario) => printCell(matrix, report, host, scenario))}</tr>`,
  )}</tbody></table></div>
${printList(matrix, report)}`
  return markup`<div class="mode" data-mode="${mode}"><h3>Network: ${NETWORKS[mode]}</h3>
${hosts.length === 0 ? markup`<p>${nothing}</p>` : body}</div>`
}

/** What one executable did about a host in a scenario: how it is drawn, and said. */
interface Mark {
  kind: "unknown" | "quiet" | "stock" | "allowed" | "bad"
  text: string | number
  says: string
}

function marksOf(matrix: Matrix, report: Report, host: string, scenario: Scenario): Mark[] {
  return report.executables.map(({ id, variant }) => {
    const times = matrix.ways(host, scenario.name, id).reduce((sum, way) => sum + way.times, 0)
    const cutOff = report.results.some(
      (one) =>
        one.mode === matrix.mode &&
        one.scenario === scenario.name &&
        one.executable === id &&
        one.notMeasured !== undefined,
    )
    if (times === 0)
      return cutOff
        ? { kind: "unknown", text: "?", says: `${id}: ${NOT_MEASURED}` }
        : { kind: "quiet", text: "", says: `${id}: nothing` }
    const ours = scenario.allowed.includes(host) ? "allowed" : "bad"
    return { kind: variant === "stock" ? "stock" : ours, text: times, says: `${id}: ${times} times` }
  })
}

function printCell(matrix: Matrix, report: Report, host: string, scenario: Scenario): Markup {
  const marks = marksOf(matrix, report, host, scenario)
  // What nobody tried needs no mark: it would be most of the table.
  if (marks.every(({ kind }) => kind === "quiet")) return markup`<td data-scenario="${scenario.name}"></td>`
  const says = `${host}, ${scenario.title}: ${marks.map((mark) => mark.says).join(", ")}`
  return markup`<td data-scenario="${scenario.name}"><button type="button" data-host="${host}" data-scenario="${scenario.name}" title="${says}" aria-label="${says}">${marks.map(printMark)}</button></td>`
}

function printMark({ kind, text }: Mark): Markup {
  return markup`<b class="mark ${kind}">${text}</b>`
}

/** The same by host, for a narrow screen. */
function printList(matrix: Matrix, report: Report): Markup {
  return markup`<ul class="narrow">${matrix.hosts.map(
    (host) =>
      markup`<li data-host="${host}"><b>${host}</b> ${sortScenarios(report).map((scenario) => {
        const marks = marksOf(matrix, report, host, scenario)
        if (marks.every(({ kind }) => kind === "quiet")) return ""
        return markup`<button type="button" data-host="${host}" data-scenario="${scenario.name}">${scenario.title} ${marks.map(printMark)}</button> `
      })}</li>`,
  )}</ul>`
}
