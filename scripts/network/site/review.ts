import { type Markup, markup } from "../../audit/html/markup.ts"
import { count } from "../../audit/verdict.ts"
import {
  hostsOf,
  MAIN,
  type MeasuredRelease,
  measuredOf,
  type Seen,
  scenariosOf,
  switchedOff,
} from "./facts.ts"
import { cell, hostPath, printPage } from "./frame.ts"
import { describeSeen, describeSwitched, type Titles, type Words } from "./words.ts"

/** The page that holds what was said in public of a release against what was measured of it. */
export function printReview(releases: MeasuredRelease[], words: Words, titles: Titles): string {
  const { release, sources, claims } = words.review
  const found = releases.find(({ name }) => name === release)
  const said = new Set(claims.map(({ host }) => host))
  const more = found ? [...hostsOf(found.data, MAIN, "stock").keys()].filter((host) => !said.has(host)) : []
  const title = `OpenCode ${release}: what was said, and what was measured`
  const body = markup`<h1>${title}</h1>
<p class="lead">Before it was measured, people named by hand what OpenCode of that time connects to (in ${sources.join(", ")}, on GitHub).
These are the hosts of their lists, in our words, and what ${release} did.</p>
<table class="rows"><thead><tr><th>host</th><th>what was said</th><th>measured</th><th>what switches it off</th><th>ours, offline</th></tr></thead>
<tbody>${claims.map((claim) => printRow(claim, found, titles))}</tbody></table>
${found ? markup`<p>What it was seen to try beside these: ${more.map((host, index) => markup`${index > 0 ? ", " : ""}<a href="${hostPath(host)}">${host}</a>`)}.</p>` : ""}`
  return printPage({ title, home: "./", body })
}

function printRow(
  { host, said }: Words["review"]["claims"][number],
  release: MeasuredRelease | undefined,
  titles: Titles,
): Markup {
  const seen = release ? (hostsOf(release.data, MAIN, "stock").get(host) ?? []) : []
  return markup`<tr><th>${seen.length > 0 ? markup`<a href="${hostPath(host)}">${host}</a>` : host}</th>
${cell("what was said", said)}
${cell("measured", release ? describeMeasured(release, seen, titles) : "not measured", "when")}
${cell("what switches it off", seen.length > 0 ? describeSwitched(switchedOff(release!.data, MAIN, host), titles) : "–", "switches")}
${cell("ours, offline", release ? describeOurs(release, host) : "not measured")}</tr>`
}

function describeMeasured({ data }: MeasuredRelease, seen: Seen[], titles: Titles): Markup | string {
  const runs = scenariosOf(data, MAIN).filter((scenario) =>
    measuredOf(data, { mode: MAIN, scenario, as: "stock" }),
  )
  if (seen.length === 0) return `not tried, in ${count(runs.length, "scenario")}`
  return markup`<ul>${seen.map((one) => markup`<li>${describeSeen(one, titles)}</li>`)}</ul>`
}

function describeOurs({ data }: MeasuredRelease, host: string): string {
  const runs = scenariosOf(data, MAIN).filter((scenario) =>
    measuredOf(data, { mode: MAIN, scenario, as: "offline" }),
  )
  if (runs.length === 0) return "not measured"
  return hostsOf(data, MAIN, "offline").has(host) ? "tried" : "not tried"
}
