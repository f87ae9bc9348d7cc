import { describeNotAsked, NETWORKS, NOT_MEASURED, type Report, type Unreached } from "../report.ts"
import { count, isAllowed, variantOf } from "../verdict.ts"
import { type Markup, markup } from "./markup.ts"

/** What was allowed and whether it was used, and what the report says nothing about: that is no proof of anything. */
export function printCoverage(report: Report): Markup {
  const open = describeGaps(report)
  return markup`<section id="allowed"><h2>What was allowed</h2>${printAllowed(report)}</section>
<section id="gaps"><h2>What was not covered</h2>
${open.length === 0 ? markup`<p>Every scenario for this release was run in each network, and was measured.</p>` : ""}
<ul>${open.map((line) => markup`<li>${line}</li>`)}</ul>
<p>A scenario is what its text says, and nothing more: what no scenario does was not seen here.</p>
${report.unreached ? printUnreached(report.unreached) : ""}</section>`
}

/** The hosts in upstream's code that it did not try here: a row each, those that it never dials behind a click. */
function printUnreached(unreached: Unreached[]): Markup {
  const dialled = unreached.filter(({ why }) => why !== undefined)
  const never = unreached.filter(({ why }) => why === undefined)
  return markup`<h3>Hosts in upstream's code that no scenario reached</h3>
<p>${count(dialled.length, "host")} that its code can dial were not tried here, by upstream's own:</p>
<div><table class="list reasons"><thead><tr><th>host</th><th>what it is</th><th>why it was not reached</th></tr></thead>
<tbody>${alike(dialled).map(({ hosts, what, why }) => markup`<tr><th>${hosts}</th><td>${what}</td><td>${why!}</td></tr>`)}</tbody></table></div>
<details><summary>${count(never.length, "host")} more, which its code names and does not dial</summary>
<div><table class="list reasons"><thead><tr><th>host</th><th>what it is</th></tr></thead>
<tbody>${alike(never).map(({ hosts, what }) => markup`<tr><th>${hosts}</th><td>${what}</td></tr>`)}</tbody></table></div></details>`
}

/** One for all hosts of which the same is said. */
function alike(unreached: Unreached[]): (Omit<Unreached, "host"> & { hosts: string })[] {
  return [...Map.groupBy(unreached, ({ what, why }) => JSON.stringify([what, why])).values()].map((of) => {
    const { what, why } = of[0]!
    return { hosts: of.map(({ host }) => host).join(", "), what, why }
  })
}

function printAllowed({ scenarios, results, ...report }: Report): Markup {
  const rows = scenarios.flatMap(({ name, title, allowed }) =>
    allowed.map((host) => {
      const attempts = results
        .filter(
          ({ scenario, executable }) => scenario === name && variantOf(report, executable) === "offline",
        )
        .flatMap(({ runs }) => runs.flatMap((run) => run.attempts))
        .filter((attempt) => isAllowed(attempt, [host]))
      return markup`<tr><th>${host}</th><td>${title}</td><td>${attempts.length === 0 ? "not used" : `used ${count(attempts.length, "time")}`}</td></tr>`
    }),
  )
  if (rows.length === 0) return markup`<p>Nothing but loopback, in any scenario.</p>`
  return markup`<table class="list"><thead><tr><th>host</th><th>scenario</th><th>by ours</th></tr></thead><tbody>${rows}</tbody></table>`
}

/** A line for each gap. */
export function describeGaps(report: Report): string[] {
  const { results, notRun, executables } = report
  const modes = new Set<string>(results.map(({ mode }) => mode))
  const titleOf = (scenario: string) => report.scenarios.find(({ name }) => name === scenario)!.title
  return [
    ...Object.entries(NETWORKS)
      .filter(([mode]) => !modes.has(mode))
      .map(([mode, what]) => `The network in which ${what}: not run (--mode ${mode})`),
    ...notRun.map(({ title, why }) => `${title}: not run, it ${why}`),
    ...(executables.some(({ variant }) => variant === "stock")
      ? []
      : ["Upstream's own executable was not run beside it, so nothing shows what the recorder sees"]),
    ...describeNotAsked(report),
    ...results
      .filter(({ notMeasured }) => notMeasured !== undefined)
      .map(
        ({ executable, scenario, mode }) => `${titleOf(scenario)} (${mode}): ${executable} ${NOT_MEASURED}`,
      ),
  ]
}
