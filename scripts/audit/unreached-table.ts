import type { Unreached } from "./report.ts"

/** A Markdown table: what no scenario reaches, by the reason, then what the code has and never dials, by what it is. */
export function printUnreachedTable(unreached: Unreached[]): string {
  const dialled = unreached.filter(({ why }) => why !== undefined)
  const never = unreached.filter(({ why }) => why === undefined)
  return [
    "| hosts in upstream's code | why no scenario reaches them |",
    "|---|---|",
    ...rows(dialled, ({ why }) => why!),
    ...rows(never, ({ what }) => what),
  ].join("\n")
}

function rows(unreached: Unreached[], reason: (host: Unreached) => string): string[] {
  return [...Map.groupBy(unreached, reason)].map(
    ([why, of]) => `| ${of.map(({ host }) => `\`${host}\``).join(", ")} | ${why.replaceAll("|", "\\|")} |`,
  )
}
