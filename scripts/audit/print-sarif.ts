import type { Finding, Report } from "./report.ts"

/** What each kind of finding is, as a rule. */
const RULES: Record<Finding["kind"], string> = {
  tried: "An executable that was run offline tried to reach a host that its scenario does not allow.",
  "did-not-work": "A scenario that needs no network did not do its job offline.",
  "not-measured": "A run was cut off by a time limit, twice: it is not known what it would have tried.",
  "not-seen": "Upstream's release was not seen to try what it is known to: the recorder proves nothing.",
}

/** The findings as SARIF 2.1.0, as code scanning reads it. Where nothing was found the list of results is empty. */
export function printSarif(report: Report): string {
  const { tool, findings, executables } = report
  const fileOf = (id: string) => executables.find((executable) => executable.id === id)!
  return `${JSON.stringify(
    {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [
        {
          tool: {
            driver: {
              name: "opencode-offline audit",
              version: tool.version,
              rules: Object.entries(RULES).map(([id, text]) => ({ id, shortDescription: { text } })),
            },
          },
          results: findings.map(({ kind, executable, line, ...where }) => ({
            ruleId: kind,
            level: "error",
            message: { text: line },
            locations: [{ physicalLocation: { artifactLocation: { uri: fileOf(executable).file } } }],
            properties: { executable, sha256: fileOf(executable).sha256, ...where },
          })),
        },
      ],
    },
    null,
    2,
  )}\n`
}
