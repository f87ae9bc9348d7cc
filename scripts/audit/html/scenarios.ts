import { formatDuration } from "../../lib/log.ts"
import { describeWork, hostOf, type Report, type ReportedResult, type ReportedRun } from "../report.ts"
import { GROUPS } from "../scenario.ts"
import { count, isAllowed, variantOf } from "../verdict.ts"
import { type Markup, markup } from "./markup.ts"

type Scenario = Report["scenarios"][number]

/** What each scenario is, and what was seen of each executable in it: whether it did its job, when it tried what. */
export function printScenarios(report: Report): Markup {
  return markup`<section id="scenarios"><h2>Scenarios</h2>
<p>A line is a run from its start to its end; each stroke on it is an attempt to reach a host.</p>
${GROUPS.map((group) => {
  const own = report.scenarios.filter((scenario) => scenario.group === group)
  return own.length === 0
    ? ""
    : markup`<h3>${group}</h3>${own.map((scenario) => printScenario(scenario, report))}`
})}</section>`
}

function printScenario(scenario: Scenario, report: Report): Markup {
  const { name, title, what, allowed } = scenario
  const own = report.results.filter((result) => result.scenario === name)
  const longest = Math.max(1, ...own.flatMap(({ runs }) => runs.map(({ ms }) => ms)))
  return markup`<article id="scenario-${name}" data-scenario="${name}"><h4>${title}</h4><p>${what}</p>
${allowed.length > 0 ? markup`<p>Its policy allows ${allowed.join(", ")}.</p>` : ""}
${own.map((result) => printResult(result, scenario, report, longest))}</article>`
}

function printResult(result: ReportedResult, scenario: Scenario, report: Report, longest: number): Markup {
  const { executable, mode, detail, runs, incomplete } = result
  const work = describeWork(result)
  const state = work === "yes" ? "did its job" : work === "no" ? "did not do its job" : work
  return markup`<div class="result" data-mode="${mode}"><p><b>${executable}</b> <span class="network">${mode}</span> ${state}
in ${formatDuration(result.ms)}. <span class="detail">${detail}</span></p>
${incomplete === undefined ? "" : markup`<p class="bad">Not recorded to the end: ${incomplete}</p>`}
${runs.map((run, index) => printRun(run, index, { result, scenario, report, longest }))}</div>`
}

interface Around {
  result: ReportedResult
  scenario: Scenario
  report: Report
  /** The longest run of the scenario, in milliseconds: the scale of its lines. */
  longest: number
}

/** How wide a line is drawn, in units of its own. */
const WIDTH = 1000

function printRun(run: ReportedRun, index: number, { result, scenario, report, longest }: Around): Markup {
  const scale = (ms: number) => Math.round((Math.min(ms, longest) / longest) * WIDTH)
  const isStock = variantOf(report, result.executable) === "stock"
  // Two that would be drawn over each other are one stroke.
  const strokes = Map.groupBy(run.attempts, (attempt) => `${scale(attempt.at)} ${hostOf(attempt)}`)
  const drawn = [...strokes.values()].map((group) => {
    const first = group[0]!
    const kind = isStock ? "stock" : isAllowed(first, scenario.allowed) ? "allowed" : "bad"
    const x = scale(first.at)
    return markup`<line class="${kind}" x1="${x}" x2="${x}" y1="0" y2="16"><title>${hostOf(first)} after ${formatDuration(first.at)}, ${count(group.length, "time")}</title></line>`
  })
  const command = run.command.join(" ")
  return markup`<div class="run"><code>${command}</code>
<svg viewBox="0 0 ${WIDTH} 16" preserveAspectRatio="none" role="img" aria-label="${count(run.attempts.length, "attempt")} in ${formatDuration(run.ms)}"><line class="time" x1="0" x2="${scale(run.ms)}" y1="8" y2="8"></line>${drawn}</svg>
<span>${run.attempts.length === 0 ? "nothing" : count(run.attempts.length, "attempt")} in ${formatDuration(run.ms)}</span>
<a href="${run.pcap}">packets of run ${index + 1} (pcap)</a></div>`
}
