import { type Markup, markup } from "../../audit/html/markup.ts"
import { style as reportStyle } from "../../audit/html/style.ts"
import { isVersion } from "../data.ts"

/** What these pages have beside what the audit's report looks like. */
const style = markup`
h1 { padding: 0; font-size: 1.6rem; line-height: 1.25 }
main { max-width: 80rem }
nav { color: var(--soft); margin-bottom: 1rem; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem }
.lead { font-size: 1.05rem; max-width: 52rem }
.grid th, .grid td { border: 1px solid var(--line); padding: .2rem .35rem; text-align: center; font-weight: normal }
.grid thead th { background: var(--head); vertical-align: bottom; white-space: nowrap }
.grid tbody th { text-align: left; position: sticky; left: 0; background: var(--head); min-width: 7.5rem; max-width: 14rem; overflow-wrap: anywhere }
.grid thead th:first-child { position: sticky; left: 0; text-align: left }
.grid td { min-width: 3.4rem }
.grid td:empty::before { content: "·"; color: var(--soft) }
.grid tr.ours th, .grid tr.ours td { border-top: 2px solid var(--good); background: var(--good-back); color: var(--good); font-weight: 600 }
.mark.soft { background: none; color: var(--stock); border: 1px solid var(--stock) }
.came { color: var(--bad) }
.went { color: var(--good) }
.good { color: var(--good) }
.rows { width: 100%; margin: 0 0 1rem }
.rows th, .rows td { border: 1px solid var(--line); padding: .3rem .55rem; text-align: left; font-weight: normal; vertical-align: top;
  overflow-wrap: anywhere }
.rows thead th { background: var(--head) }
.rows tbody th { font-weight: 600; width: 21% }
.rows .soft { font-weight: normal }
.rows td.when { width: 38% }
.rows td.how { width: 8rem }
.rows td.switches { min-width: 18rem }
.rows ul { margin: 0; padding-left: 1rem }
.soft { color: var(--soft) }
.changes { padding-left: 1.1rem }
.changes li { margin: .25rem 0 }
@media (max-width: 760px) {
  .rows thead { display: none }
  .rows tr { display: block; border: 1px solid var(--line); border-radius: 6px; margin: .6rem 0; padding: .3rem .6rem }
  .rows th, .rows td, .rows tbody th, .rows td.when, .rows td.how, .rows td.switches { width: auto; min-width: 0; display: block; border: 0; padding: .2rem 0 }
  .rows td::before { content: attr(data-label); display: block; color: var(--soft); font-size: .85em }
  .grid tbody th { max-width: 8.5rem }
  .grid td { min-width: 2.9rem }
}
@media print { .rows tr { break-inside: avoid } .grid tbody th { position: static } nav { display: none } }
`

/** A page that asks for nothing, so that it works from a file: no script may run in it, and nothing can be fetched. */
export function printPage({ title, home, body }: { title: string; home: string; body: Markup }): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
  return markup`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}</title>
<style>${reportStyle}${style}</style>
<main>
${home === "" ? "" : markup`<nav><a href="${home}index.html">All releases</a></nav>`}
${body}
</main>
</html>
`.text
}

/** A cell that says on a phone what its column is. */
export const cell = (label: string, content: Markup | string, kind: "" | "when" | "how" | "switches" = "") =>
  markup`<td class="${kind}" data-label="${label}">${content}</td>`

/** The path of a release's page, from the site's folder. */
export const releasePath = (name: string) => `releases/${slugOf(name)}.html`

/** The path of a host's page, from the site's folder. */
export const hostPath = (host: string) => `hosts/${slugOf(host)}.html`

/** A name as part of a path: other characters than these few stand by their code, so that no two have the same. */
function slugOf(name: string): string {
  return name.replaceAll(" ", "-").replace(/[^\w.-]/g, (one) => `~${one.codePointAt(0)!.toString(16)}~`)
}

/** What a release is called; one of another product is a preview of the next OpenCode. */
export const labelOfRelease = (name: string) => (isVersion(name) ? name : `${name} (preview of 2.0)`)
