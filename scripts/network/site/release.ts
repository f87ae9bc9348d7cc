import { type Markup, markup } from "../../audit/html/markup.ts"
import { NETWORKS } from "../../audit/report.ts"
import { count } from "../../audit/verdict.ts"
import { resultOf } from "../data.ts"
import type { PlannedRun } from "../plan.ts"
import {
  compareReleases,
  countOurs,
  daysOf,
  hasOurs,
  hostsOf,
  type MeasuredRelease,
  type Mode,
  modesOf,
  scenariosOf,
  switchedOff,
} from "./facts.ts"
import { cell, hostPath, labelOfRelease, printPage } from "./frame.ts"
import { printMoves } from "./front.ts"
import { describeSeen, describeSwitched, type Titles, titleOf, type Words } from "./words.ts"

const HOME = "../"

/** A release's page: what connects, when, what switches it off, and what ours does. */
export function printRelease(
  release: MeasuredRelease,
  { before, words, titles }: { before: MeasuredRelease | undefined; words: Words; titles: Titles },
): string {
  const { data, name } = release
  const title = `OpenCode ${labelOfRelease(name)}: what connects`
  const [first, last] = daysOf(release)
  const body = markup`<h1>${title}</h1>
<dl class="facts"><div><dt>Package</dt><dd>${data.package.name}@${data.package.version}</dd></div>
<div><dt>Its hash</dt><dd><code>${data.package.integrity}</code></dd></div>
<div><dt>Measured</dt><dd>${first === last ? first : `${first} to ${last}`}</dd></div>
<div><dt>Ours, offline</dt><dd>${describeOurs(release)}</dd></div></dl>
${before ? printChange(before, release, titles) : ""}
${modesOf(data).map((mode) => printMode(release, mode, words, titles))}`
  return printPage({ title, home: HOME, body })
}

function describeOurs(release: MeasuredRelease): Markup | string {
  const { runs, tried } = countOurs([release])
  if (!hasOurs(release)) return "not built: there is no pin of this release"
  if (runs === 0) return "not measured"
  return markup`<b class="${tried === 0 ? "good" : "bad"}">tried ${tried === 0 ? "nothing" : count(tried, "host")} in ${count(runs, "run")}</b>`
}

function printChange(before: MeasuredRelease, release: MeasuredRelease, titles: Titles): Markup {
  return markup`<p>Since ${before.name}: ${printMoves(compareReleases(before, release), titles, HOME)}.</p>`
}

function printMode({ data }: MeasuredRelease, mode: Mode, words: Words, titles: Titles): Markup {
  const hosts = hostsOf(data, mode, "stock")
  const ours = hostsOf(data, mode, "offline")
  const isBeside = scenariosOf(data, mode).some((scenario) =>
    resultOf(data, { mode, scenario, as: "offline" }),
  )
  return markup`<section><h2>What connects, where ${NETWORKS[mode]}</h2>
${hosts.size === 0 ? markup`<p>Nothing was tried.</p>` : ""}
<table class="rows"><thead><tr><th>host</th><th>when</th><th>how</th><th>what switches it off</th>${isBeside ? markup`<th>ours, offline</th>` : ""}</tr></thead>
<tbody>${[...hosts].map(
    ([host, seen]) => markup`<tr><th><a href="${HOME}${hostPath(host)}">${host}</a>
${words.hosts[host] ? markup`<div class="soft">${words.hosts[host]}</div>` : ""}</th>
${cell("when", markup`<ul>${seen.map((one) => markup`<li>${describeSeen(one, titles)}</li>`)}</ul>`, "when")}
${cell("how", [...new Set(seen.flatMap(({ ways }) => ways))].sort().join(", "), "how")}
${cell("what switches it off", describeSwitched(switchedOff(data, mode, host), titles), "switches")}
${isBeside ? cell("ours, offline", ours.has(host) ? markup`<b class="bad">tried</b>` : "not tried") : ""}</tr>`,
  )}</tbody></table>
<h3>By scenario</h3>
<table class="rows"><thead><tr><th>scenario</th><th>upstream's</th><th>with all its switches</th><th>ours, offline</th></tr></thead>
<tbody>${scenariosOf(data, mode).map(
    (scenario) => markup`<tr><th>${titleOf(scenario, titles)}</th>
${(["stock", "switches", "offline"] as const).map((as) => cell(LABELS[as], printRun(data, { mode, scenario, as })))}</tr>`,
  )}</tbody></table></section>`
}

const LABELS = { stock: "upstream's", switches: "with all its switches", offline: "ours, offline" }

function printRun(data: MeasuredRelease["data"], run: Omit<PlannedRun, "release">): Markup | string {
  const result = resultOf(data, run)
  if (!result) return run.as === "offline" ? "not built" : "not run"
  if ("notMeasured" in result)
    return markup`<b class="mark unknown">?</b> not measured: ${result.notMeasured}`
  const hosts = Object.keys(result.hosts)
  const job = result.job === "done" ? "" : ` (its job was ${result.job})`
  return `${hosts.length === 0 ? "nothing" : hosts.join(", ")}${job}`
}
