import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { makeMatrices } from "../matrix.ts"
import type { Report } from "../report.ts"
import { printCoverage } from "./coverage.ts"
import { printHead } from "./head.ts"
import { type Markup, markup, raw } from "./markup.ts"
import { printMatrix } from "./matrix.ts"
import { printScenarios } from "./scenarios.ts"
import { style } from "./style.ts"

/** What the page does in a browser; without it all is there but the filter and the panel. */
const SCRIPT = readFileSync(join(import.meta.dirname, "client.js"), "utf8")

/**
 * The report as one page that asks for nothing, so that it works from a file. Its own script is the only one that may run
 * (by its hash), and nothing can be fetched.
 */
export function printHtml(report: Report): string {
  const hash = createHash("sha256").update(SCRIPT).digest("base64")
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
  const matrices = makeMatrices(report)
  const page = markup`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>OpenCode ${report.upstream}: what connects</title>
<style>${style}</style>
<main>
${printHead(report)}
<section id="hosts"><h2>Hosts by scenario</h2>
${printFilter(report)}
${matrices.map((matrix) => printMatrix(matrix, report))}
</section>
${printScenarios(report)}
${printCoverage(report)}
</main>
<aside id="panel" hidden aria-label="What was tried"></aside>
<script type="application/json" id="report">${embedJson(report)}</script>
<script>${raw(SCRIPT)}</script>
</html>
`
  return page.text
}

function printFilter({ results }: Report): Markup {
  const modes = [...new Set(results.map(({ mode }) => mode))]
  const networks = modes.map(
    (mode, index) =>
      markup`<label><input type="radio" name="mode" value="${mode}"${index === 0 ? raw(" checked") : ""}> ${mode}</label>`,
  )
  return markup`<form id="filter" hidden>
<label>Host <input type="search" name="host" placeholder="part of its name"></label>
<label>Scenario <input type="search" name="scenario" placeholder="part of its title"></label>
${modes.length > 1 ? markup`<fieldset><legend>Network</legend>${networks}</fieldset>` : ""}
</form>
<p class="legend"><span><b class="mark stock">3</b> upstream's own tried it, so often</span>
<span><b class="mark quiet"></b> ours did not</span>
<span><b class="mark bad">3</b> ours tried it: a finding</span>
<span><b class="mark allowed">3</b> ours tried it, as the scenario's policy allows</span>
<span><b class="mark unknown">?</b> not measured</span></p>`
}

/** JSON in a script element: no `<` in it can end the element or start another. */
function embedJson(report: Report): Markup {
  return raw(JSON.stringify(report).replaceAll("<", "\\u003c"))
}
