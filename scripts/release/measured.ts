import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { readReport } from "../audit/read-report.ts"
import { NETWORKS, type Report } from "../audit/report.ts"
import { isAllowed, judgeReport } from "../audit/verdict.ts"
import type { Measured } from "../emit/measured.ts"
import { Failure } from "../lib/errors.ts"
import type { BuildRecord } from "../record/build-record.ts"

/**
 * Reads what an audit measured of one executable, with its offline switch on.
 * @param file `report.json` of the audit
 * @throws Failure when it is no report, or measured another executable, or this one only as stock, with the switch off
 */
export async function readMeasured(file: string, { executable }: BuildRecord): Promise<Measured> {
  const report = await readReport(file)
  const found = report.executables.find(
    ({ sha256, variant }) => sha256 === executable.sha256 && variant === "offline",
  )
  if (!found) throw ofAnother(file, executable.sha256, report)
  const sha256 = createHash("sha256")
    .update(await readFile(file))
    .digest("hex")
  return { sha256, ...measuredOf(report, found.id) }
}

function measuredOf(report: Report, id: string): Omit<Measured, "sha256"> {
  const { isGood, sentence } = judgeReport(report)
  const own = report.results.filter(({ executable }) => executable === id)
  const stock = report.executables.find(({ isPinnedStock }) => isPinnedStock)
  const { left, allowed } = countPackets(report, id)
  return {
    startedAt: report.startedAt,
    kernel: `${report.machine.kernel}, ${report.machine.arch}`,
    isGood: isGood && report.allScenarios && own.length > 0 && left === 0,
    sentence: sentenceOf(report, own.length, sentence),
    networks: [...new Set(own.map(({ mode }) => NETWORKS[mode]))],
    scenarios: new Set(own.map(({ scenario }) => scenario)).size,
    runs: own.length,
    worked: own.filter(({ worked }) => worked).length,
    packets: { left, allowed, stock: stock && sum(countPackets(report, stock.id)) },
    findings: report.findings.map(({ line }) => line),
    notRun: report.notRun.map(({ title, why }) => `${title}: ${why}`),
  }
}

function sentenceOf({ allScenarios }: Report, runs: number, sentence: string): string {
  if (runs === 0) return `No scenario was run with it: ${sentence}`
  return allScenarios ? sentence : `Not all scenarios were run: ${sentence}`
}

function countPackets({ scenarios, results }: Report, id: string): { left: number; allowed: number } {
  const packets = { left: 0, allowed: 0 }
  for (const { executable, scenario, runs } of results) {
    if (executable !== id) continue
    const hosts = scenarios.find(({ name }) => name === scenario)!.allowed
    for (const attempt of runs.flatMap(({ attempts }) => attempts))
      packets[isAllowed(attempt, hosts) ? "allowed" : "left"] += attempt.packets
  }
  return packets
}

function sum({ left, allowed }: { left: number; allowed: number }): number {
  return left + allowed
}

function ofAnother(file: string, sha256: string, { executables }: Report): Failure {
  return new Failure({
    what: `${file} says nothing of the executable that is released`,
    why: `that has the sha256 ${sha256}; the report is about ${executables.map((one) => `${one.sha256} (${one.variant})`).join(", ")}`,
    next: "audit this executable as offline, not as stock: npm run audit, or leave --audit out",
  })
}
