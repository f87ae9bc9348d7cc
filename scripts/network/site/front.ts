import { type Markup, markup } from "../../audit/html/markup.ts"
import { count } from "../../audit/verdict.ts"
import { isVersion } from "../data.ts"
import {
  type Change,
  compareReleases,
  countOurs,
  daysOf,
  gapsOf,
  hasOurs,
  hostsOf,
  isKnown,
  MAIN,
  type MeasuredRelease,
  type Moved,
  measuredOf,
  notDoneIn,
  scenariosOf,
  switchedOff,
} from "./facts.ts"
import { hostPath, printPage, releasePath } from "./frame.ts"
import { type Titles, titleOf, type Words } from "./words.ts"

/** The first page: all hosts by release, what came and went, and what is not known. */
export function printFront(releases: MeasuredRelease[], words: Words, titles: Titles): string {
  const title = "What OpenCode connects to, release by release"
  const body = markup`<h1>${title}</h1>
${printLead(releases)}
<section id="releases"><h2>Hosts by release</h2>
<p class="legend"><span><b class="mark stock">3</b> upstream's tried it, in so many scenarios</span>
<span><b class="mark soft">3</b> not with upstream's own switches thrown</span>
<span><b class="mark unknown">?</b> not known: what tries it in other releases was not measured, or not done</span></p>
${printGrid(releases, words)}</section>
<section id="changes"><h2>What came and went</h2>${printChanges(releases, titles)}</section>
<section id="review"><h2>What was said of ${words.review.release}</h2>
<p><a href="review.html">The hosts that were named in public</a>, held against what was measured.</p></section>
<section id="gaps"><h2>What was not measured</h2>${printGaps(releases, titles)}</section>
<section id="how"><h2>How this was measured</h2>
<p>Each executable was run in ${count(allScenarios(releases).length, "scenario")} (${allScenarios(releases)
    .map((one) => titleOf(one, titles))
    .join(
      ", ",
    )}), each time in a network of its own in which every name resolves, every connection to ports 22, 80 and 443 is
accepted, and every packet is recorded. The model is one of ours on loopback. What no scenario does was not seen.</p></section>`
  return printPage({ title, home: "", body })
}

function printLead(releases: MeasuredRelease[]): Markup {
  const [first, last] = [releases[0], releases.filter(({ name }) => isVersion(name)).at(-1)]
  const asks = releases
    .flatMap(({ data }) => measuredOf(data, { mode: MAIN, scenario: "run", as: "stock" }) ?? [])
    .flatMap(({ job, hosts }) => (job === "done" ? [Object.keys(hosts).length] : []))
  const ours = countOurs(releases)
  const days = releases.flatMap(daysOf).sort()
  return markup`<p class="lead">${count(releases.length, "release")} of upstream's${first && last ? `, ${first.name} to ${last.name}${releases.some(({ name }) => !isVersion(name)) ? " and a preview of 2.0" : ""}` : ""}.
${asks.length > 0 ? `To answer one question with a model on this machine, each release of 1.x tries ${range(asks)} elsewhere.` : ""}
<b class="${ours.tried === 0 ? "good" : "bad"}">This project's builds, offline, tried ${ours.tried === 0 ? "none" : count(ours.tried, "host")}, in ${count(ours.runs, "run")} of ${count(ours.releases, "release")}.</b></p>
<p class="soft">Measured ${days[0] === days.at(-1) ? `on ${days[0]}` : `from ${days[0]} to ${days.at(-1)}`}.</p>`
}

function range(counts: number[]): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  return least === most ? count(least, "host") : `${least} to ${count(most, "host")}`
}

/** The names of all hosts that any release tried, or ours did, sorted. */
export function allHosts(releases: MeasuredRelease[]): string[] {
  const found = releases.flatMap(({ data }) =>
    (["answer", "refuse", "drop"] as const).flatMap((mode) => [
      ...hostsOf(data, mode, "stock").keys(),
      ...hostsOf(data, mode, "switches").keys(),
      ...hostsOf(data, mode, "offline").keys(),
    ]),
  )
  return [...new Set(found)].sort()
}

const allScenarios = (releases: MeasuredRelease[]) =>
  [...new Set(releases.flatMap(({ data }) => scenariosOf(data, MAIN)))].sort()

function printGrid(releases: MeasuredRelease[], words: Words): Markup {
  return markup`<div class="wide"><table class="grid"><thead><tr><th>host</th>${releases.map(({ name }) => markup`<th>${isVersion(name) ? "" : markup`<span class="soft">preview of 2.0</span><br>`}<a href="${releasePath(name)}">${name}</a></th>`)}</tr></thead>
<tbody>${mostTriedFirst(releases).map(
    (host) =>
      markup`<tr><th title="${words.hosts[host] ?? ""}"><a href="${hostPath(host)}">${host}</a></th>${releases.map((release) => markup`<td>${printMark(release, host, releases)}</td>`)}</tr>`,
  )}
<tr class="ours"><th>ours, offline</th>${releases.map((release) => markup`<td>${describeOurs(release)}</td>`)}</tr></tbody></table></div>`
}

function mostTriedFirst(releases: MeasuredRelease[]): string[] {
  const times = (host: string) =>
    releases.reduce((sum, { data }) => sum + (hostsOf(data, MAIN, "stock").get(host)?.length ?? 0), 0)
  return allHosts(releases).sort((a, b) => times(b) - times(a))
}

function printMark(release: MeasuredRelease, host: string, releases: MeasuredRelease[]): Markup | string {
  const seen = hostsOf(release.data, MAIN, "stock").get(host) ?? []
  if (seen.length === 0) return isKnown(release, host, releases) ? "" : markup`<b class="mark unknown">?</b>`
  const { gone, left } = switchedOff(release.data, MAIN, host)
  const isOff = gone.length > 0 && left.length === 0
  return markup`<b class="mark ${isOff ? "soft" : "stock"}">${seen.length}</b>`
}

function describeOurs(release: MeasuredRelease): string {
  const { runs, tried } = countOurs([release])
  if (runs === 0) return hasOurs(release) ? "?" : "–"
  return tried === 0 ? "none" : String(tried)
}

function printChanges(releases: MeasuredRelease[], titles: Titles): Markup {
  const versions = releases.filter(({ name }) => isVersion(name))
  const changes = versions.slice(1).map((after, index) => compareReleases(versions[index]!, after))
  if (changes.length === 0) return markup`<p>There is only one release.</p>`
  return markup`<p>In the scenarios that were measured of both, upstream's as it is. That a host is not tried counts where the scenario did its job.</p>
<ul class="changes">${changes.map(
    (change) =>
      markup`<li>${change.from} to <a href="${releasePath(change.to)}">${change.to}</a>: ${printMoves(change, titles)} <span class="soft">(${count(change.compared, "scenario")})</span></li>`,
  )}</ul>`
}

/** What came and what went, as links. @param home the path to the site's folder */
export function printMoves({ came, went, more, less }: Change, titles: Titles, home = ""): Markup {
  const link = (host: string) => markup`<a href="${home}${hostPath(host)}">${host}</a>`
  const hosts = (list: string[]) => join(list.map(link), ", ")
  const moved = (word: string, list: Moved[]) =>
    list.map(
      ({ host, scenarios }) =>
        markup`${link(host)} ${word} in ${scenarios.map((one) => titleOf(one, titles)).join(", ")}`,
    )
  const parts = [
    ...(came.length > 0 ? [markup`<b class="came">came</b> ${hosts(came)}`] : []),
    ...(went.length > 0 ? [markup`<b class="went">went</b> ${hosts(went)}`] : []),
    ...moved("now also", more),
    ...moved("no more", less),
  ]
  return parts.length === 0 ? markup`nothing` : markup`${join(parts, "; ")}`
}

const join = (parts: Markup[], between: string) =>
  parts.map((part, index) => markup`${index > 0 ? between : ""}${part}`)

function printGaps(releases: MeasuredRelease[], titles: Titles): Markup {
  const gaps = releases.flatMap((release) =>
    gapsOf(release).map(
      ({ mode, scenario, as, why }) =>
        `${release.name}, ${titleOf(scenario, titles)}, as ${as} (${mode}): ${why}`,
    ),
  )
  const alone = releases.filter((release) => !hasOurs(release)).map(({ name }) => name)
  const notDone = releases.flatMap((release) => {
    const scenarios = notDoneIn(release).map((one) => titleOf(one, titles))
    const why = "did not do its job there, and may have ended ahead of what it would try"
    return scenarios.length > 0 ? [`${release.name}, ${scenarios.join(", ")}: upstream's ${why}`] : []
  })
  const lines = [...gaps, ...notDone]
  if (lines.length + alone.length === 0) return markup`<p>All that was to be measured was.</p>`
  return markup`<ul>${lines.map((line) => markup`<li>${line}</li>`)}
${alone.length > 0 ? markup`<li>Ours of ${alone.join(", ")}: there is no pin of it, so none can be built</li>` : ""}</ul>`
}
