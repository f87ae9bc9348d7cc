import { formatBytes, formatDuration } from "../lib/log.ts"
import { type Markup, markup } from "./markup.ts"
import { type Matrix, makeMatrices, type Way } from "./matrix.ts"
import { describeNotAsked, describeWork, NOT_MEASURED, type Report, type ReportedResult } from "./report.ts"
import { style } from "./style.ts"

/** The report as one page without script that asks for nothing, so that it works from a file. */
export function printHtml(report: Report): string {
  const page = markup`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>What was tried: ${report.executables.map(({ id }) => id).join(", ")}</title>
<style>${style}</style>
<h1>What was tried</h1>
${printVerdict(report)}
${printExecutables(report)}
<ul>${describeNotAsked(report).map((line) => markup`<li>${line}</li>`)}</ul>
${makeMatrices(report).map((matrix) => printMatrix(matrix, report))}
<h2>Scenarios</h2>
${printScenarios(report)}
</html>
`
  return page.text
}

function printVerdict({ findings, results, startedAt, ms }: Report): Markup {
  const incomplete = results.filter((result) => result.incomplete !== undefined)
  return markup`<p>${results.length} scenario runs on ${startedAt.slice(0, 16).replace("T", " ")} UTC, in
${formatDuration(ms)}. Each was in a network of its own; every packet that left loopback is counted.</p>
<p class="${findings.length > 0 ? "bad" : "good"}">${findings.length > 0 ? `${findings.length} findings` : "Nothing found"}</p>
<ul>${findings.map(({ line }) => markup`<li class="bad">${line}</li>`)}${incomplete.map(
    ({ executable, scenario, mode, incomplete: why }) =>
      markup`<li class="bad">${executable} in ${scenario} (${mode}) was not recorded to the end: ${why!}</li>`,
  )}</ul>`
}

function printExecutables({ executables }: Report): Markup {
  return markup`<table><tr><th>executable</th><th>file</th><th>size</th><th>sha256</th></tr>${executables.map(
    ({ id, file, bytes, sha256 }) =>
      markup`<tr><th>${id}</th><td>${file}</td><td>${formatBytes(bytes)}</td><td><code>${sha256}</code></td></tr>`,
  )}</table>`
}

function printMatrix({ mode, hosts, ways }: Matrix, { scenarios, executables, results }: Report): Markup {
  const cutOff = results.filter((result) => result.mode === mode && result.notMeasured !== undefined)
  if (hosts.length === 0) {
    const nothing = cutOff.length === 0 ? "Nothing was tried." : `${cutOff.length} ${NOT_MEASURED}.`
    return markup`<h2>Connections: ${mode}</h2><p>${nothing}</p>`
  }
  return markup`<h2>Connections: ${mode}</h2>
<div class="wide"><table class="matrix"><thead>
<tr><th></th>${scenarios.map(
    ({ title, what }) =>
      markup`<th colspan="${executables.length}" title="${what}"><span>${title}</span></th>`,
  )}</tr>
<tr><th>host</th>${scenarios.map(() => executables.map(({ id }) => markup`<th class="id"><span>${id}</span></th>`))}</tr>
</thead><tbody>${hosts.map(
    (host) =>
      markup`<tr><th>${host}</th>${scenarios.map((scenario) =>
        executables.map(({ id, variant }) => {
          const found = ways(host, scenario.name, id)
          const judged = variant === "offline" && !scenario.allowed.includes(host) ? "bad" : "seen"
          if (found.length === 0)
            return cutOff.some((one) => one.scenario === scenario.name && one.executable === id)
              ? markup`<td class="bad" title="${NOT_MEASURED}">?</td>`
              : markup`<td class="none">&middot;</td>`
          return markup`<td class="${judged}">${printCell(found, `${host}, ${scenario.title}, ${id}`)}</td>`
        }),
      )}</tr>`,
  )}</tbody></table></div>`
}

function printCell(ways: Way[], title: string): Markup {
  const times = ways.reduce((sum, way) => sum + way.times, 0)
  return markup`<details name="cell"><summary>${times}</summary><div><b>${title}</b>
<table><tr><th>first at</th><th>protocol</th><th>port</th><th>what</th><th>address</th><th>times</th><th>packets</th><th>bytes</th><th>process</th></tr>
${ways.map(
  ({ first, protocol, port, what, address, times, packets, bytes, process }) =>
    markup`<tr><td>${formatDuration(first)}</td><td>${protocol}</td><td>${port ?? ""}</td><td>${what ?? ""}</td><td>${address ?? ""}</td><td>${times}</td><td>${packets}</td><td>${bytes}</td><td>${process ?? "unknown"}</td></tr>`,
)}</table></div></details>`
}

/** A line for each scenario and mode, the executables side by side. */
function printScenarios({ scenarios, results, executables }: Report): Markup {
  const modes = [...new Set(results.map(({ mode }) => mode))]
  const columns = executables.map(
    ({ id }) =>
      markup`<th>${id} did its job</th><th>${id} took</th><th>what was seen of ${id}</th><th>packets</th>`,
  )
  return markup`<table><tr><th>scenario</th><th>mode</th>${columns}</tr>
${scenarios.map(({ name, title, what }) =>
  modes.map((mode, index) => {
    const head = markup`<th rowspan="${modes.length}">${title}<p>${what}</p></th>`
    const own = results.filter((result) => result.scenario === name && result.mode === mode)
    return markup`<tr>${index === 0 ? head : ""}<td>${mode}</td>${own.map(printResult)}</tr>`
  }),
)}</table>`
}

function printResult(result: ReportedResult): Markup {
  const { ms, detail, runs } = result
  const links = runs.map(({ pcap }, index) => markup`<a href="${pcap}">${index + 1}</a> `)
  return markup`<td>${describeWork(result)}</td><td>${formatDuration(ms)}</td><td>${detail}</td><td>${links}</td>`
}
