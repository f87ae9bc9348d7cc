import type { Report, ReportedAttempt, ReportedResult } from "../../scripts/audit/report.ts"

/** One thing tried at a host, as a report has it. */
export function makeAttempt(attempt: Partial<ReportedAttempt> & { name: string }): ReportedAttempt {
  return {
    at: 12,
    protocol: "tcp",
    family: 4,
    address: "198.18.0.16",
    port: 443,
    packets: 4,
    bytes: 700,
    ...attempt,
  }
}

/** What a scenario did with an executable: by default its job, without trying anything. */
export function makeResult(
  executable: string,
  scenario: string,
  attempts: ReportedAttempt[] = [],
  result: Partial<ReportedResult> = {},
): ReportedResult {
  const run = { command: ["opencode"], exitCode: 0, timedOut: false, ms: 500, pcap: "pcap/a.pcap", attempts }
  return {
    executable,
    scenario,
    mode: "answer",
    worked: true,
    detail: "fine",
    ms: 500,
    runs: [run],
    ...result,
  }
}

/** A report of upstream's release and an offline build in the scenarios `one` and `two`, of which `two` allows a host. */
export function makeReport(results: ReportedResult[], report: Partial<Report> = {}): Report {
  const executable = { file: "opencode", bytes: 1, sha256: "00", leftOut: [] }
  return {
    version: 2,
    pin: "1.0.0",
    upstream: "1.0.0",
    tool: { version: "0.1.0" },
    machine: { kernel: "Linux 6.1.0", arch: "x64" },
    startedAt: "2026-01-02T03:04:05.678Z",
    ms: 1000,
    executables: [
      { ...executable, id: "stock", variant: "stock", isPinnedStock: true },
      { ...executable, id: "offline", variant: "offline", isPinnedStock: false },
    ],
    scenarios: [
      {
        name: "one",
        title: "The first",
        group: "sessions",
        what: "Does one thing.",
        worksOffline: true,
        needs: [],
        allowed: [],
      },
      {
        ...{ name: "two", title: "The second", group: "commands", what: "Does two." },
        ...{ worksOffline: false, needs: [], allowed: ["llm.example"] },
      },
    ],
    allScenarios: false,
    notRun: [],
    results,
    findings: [],
    ...report,
  }
}
