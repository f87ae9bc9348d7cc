import { formatBytes, formatDuration } from "../../lib/log.ts"
import type { Report } from "../report.ts"
import { judgeReport } from "../verdict.ts"
import { type Markup, markup } from "./markup.ts"

/** The verdict first, what was found, and the facts by which someone else can make the same report. */
export function printHead(report: Report): Markup {
  const { isGood, sentence } = judgeReport(report)
  return markup`<header>
<p class="title">OpenCode ${report.upstream}: what connects</p>
<h1 class="${isGood ? "good" : "bad"}">${sentence}</h1>
${report.findings.length > 0 ? markup`<ul class="findings">${report.findings.map(({ line }) => markup`<li>${line}</li>`)}</ul>` : ""}
<p>Each scenario was run in a network of its own, and every packet that left loopback was recorded: all ports and protocols,
from every process.</p>
<dl class="facts">${facts(report).map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${printExecutables(report)}
</header>`
}

function facts({
  upstream,
  tool,
  machine,
  startedAt,
  ms,
  executables,
  pin,
}: Report): [string, Markup | string][] {
  const policies = executables.flatMap(({ policy }) => policy ?? [])
  const commit = tool.commit?.slice(0, 12)
  return [
    ["Upstream", pin === upstream ? upstream : `${upstream} (pin ${pin})`],
    [
      "opencode-offline",
      `${tool.version}${commit ? `, commit ${commit}` : ""}${tool.changed ? " and changes to it" : ""}`,
    ],
    ["Policy", [...new Set(policies)].join("; ") || "unknown: there is no build.json beside the executable"],
    ["Kernel", `${machine.kernel}, ${machine.arch}`],
    ["Date", `${startedAt.slice(0, 16).replace("T", " ")} UTC, in ${formatDuration(ms)}`],
  ]
}

function printExecutables({ executables }: Report): Markup {
  return markup`<div class="wide"><table class="list"><thead><tr><th>executable</th><th>run</th><th>file</th><th>size</th><th>sha256</th></tr></thead>
<tbody>${executables.map(
    ({ id, variant, file, bytes, sha256 }) =>
      markup`<tr><th>${id}</th><td>${variant === "offline" ? "offline" : "as it is"}</td><td>${shorten(file)}</td><td>${formatBytes(bytes)}</td><td><code>${sha256}</code></td></tr>`,
  )}</tbody></table></div>`
}

/** What stands in a build cache has a path of hashes. */
function shorten(file: string): string {
  const parts = file.split("/")
  return parts.length > 4 ? `…/${parts.at(-1)}` : file
}
