/** A report in the form that the audit writes, with only what a pull request quotes of it. */
export function makeAuditReport(change: (report: ReturnType<typeof sample>) => void = () => {}): string {
  const report = sample()
  change(report)
  return JSON.stringify(report)
}

/** The build.json beside the executable of that report. */
export function makeBuildJson(patches: string[]): string {
  return JSON.stringify({ executable: { sha256: SHA256 }, patches: patches.map((name) => ({ name })) })
}

const SHA256 = "0".repeat(64)

interface Run {
  attempts: { name?: string; address?: string }[]
}

function sample() {
  const result = (executable: string, scenario: string, mode: string, runs: Run[]) => ({
    ...{ executable, scenario, mode, worked: true, runs },
    incomplete: undefined as string | undefined,
  })
  return {
    version: 1,
    startedAt: "2026-01-02T03:04:05.678Z",
    executables: [
      { id: "stock", file: "stock/opencode", variant: "stock", sha256: SHA256 },
      { id: "offline", file: "built/opencode", variant: "offline", sha256: SHA256 },
    ],
    allScenarios: true,
    scenarios: [
      { name: "version", title: "--version" },
      { name: "serve", title: "serve and its page" },
    ],
    results: [
      result("stock", "version", "answer", [{ attempts: [{ name: "models.example" }] }]),
      result("stock", "version", "drop", [
        { attempts: [{ name: "models.example" }, { address: "198.18.0.7" }] },
      ]),
      result("stock", "serve", "answer", [{ attempts: [{ name: "app.example" }] }]),
      result("offline", "version", "answer", [{ attempts: [] }]),
      result("offline", "version", "drop", [{ attempts: [] }]),
      result("offline", "serve", "answer", [{ attempts: [] }]),
    ],
    findings: [] as { line: string }[],
  }
}
