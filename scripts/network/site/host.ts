import { type Markup, markup } from "../../audit/html/markup.ts"
import {
  hostsOf,
  isKnown,
  MAIN,
  type MeasuredRelease,
  measuredOf,
  scenariosOf,
  switchedOff,
} from "./facts.ts"
import { cell, labelOfRelease, printPage, releasePath } from "./frame.ts"
import { describeSeen, describeSwitched, type Titles, type Words } from "./words.ts"

const HOME = "../"

/** A host's page: which releases try it, when, and what switches it off. */
export function printHost(
  host: string,
  releases: MeasuredRelease[],
  { words, titles }: { words: Words; titles: Titles },
): string {
  const title = `${host}: which releases of OpenCode connect to it`
  const body = markup`<h1>${host}</h1>
<p class="lead">${words.hosts[host] ?? "Nobody has said yet what is there."}</p>
<table class="rows"><thead><tr><th>release</th><th>upstream's tries it in</th><th>what switches it off</th><th>ours, offline</th></tr></thead>
<tbody>${releases.map((release) => printRow(host, release, releases, titles))}</tbody></table>`
  return printPage({ title, home: HOME, body })
}

function printRow(
  host: string,
  release: MeasuredRelease,
  releases: MeasuredRelease[],
  titles: Titles,
): Markup {
  const { name, data } = release
  const seen = hostsOf(data, MAIN, "stock").get(host) ?? []
  const unseen = isKnown(release, host, releases) ? "not tried" : "not seen, and not known"
  const runs = scenariosOf(data, MAIN)
  const ofOurs = runs.filter((scenario) => measuredOf(data, { mode: MAIN, scenario, as: "offline" }))
  const ours = hostsOf(data, MAIN, "offline").has(host) ? markup`<b class="bad">tried</b>` : "not tried"
  return markup`<tr><th><a href="${HOME}${releasePath(name)}">${labelOfRelease(name)}</a></th>
${cell("upstream's tries it in", seen.length === 0 ? unseen : markup`<ul>${seen.map((one) => markup`<li>${describeSeen(one, titles)}</li>`)}</ul>`)}
${cell("what switches it off", seen.length === 0 ? "–" : describeSwitched(switchedOff(data, MAIN, host), titles), "switches")}
${cell("ours, offline", ofOurs.length === 0 ? "not built" : ours)}</tr>`
}
