/** A report in the form that the audit writes, with only what a pull request quotes of it. */
export function makeAuditReport(change: (report: ReturnType<typeof sample>) => void = () => {}): string {
  const report = sample()
  change(report)
  return JSON.stringify(report)
}

interface Run {
  attempts: { name?: string; address?: string }[]
}

function sample() {
  const sha256 = "0".repeat(64)
  const result = (executable: string, scenario: string, mode: string, runs: Run[]) => ({
    ...{ executable, scenario, mode, worked: true, runs },
    incomplete: undefined as string | undefined,
  })
  return {
    version: 1,
    startedAt: "2026-01-02T03:04:05.678Z",
    executables: [
      { id: "stock", variant: "stock", sha256 },
      { id: "offline", variant: "offline", sha256 },
    ],
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
