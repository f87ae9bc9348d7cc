import { hostsOf } from "./matrix.ts"
import type { Report, ReportedAttempt } from "./report.ts"

export interface Verdict {
  isGood: boolean
  /** One sentence: what was run, and what left. */
  sentence: string
}

/** What a report comes to, for people. */
export function judgeReport(report: Report): Verdict {
  const { findings, scenarios, results } = report
  const networks = new Set(results.map(({ mode }) => mode)).size
  const where = `${count(scenarios.length, "scenario")}, ${count(networks, "network")}`
  const partial = results.filter(({ incomplete }) => incomplete !== undefined).length
  const offline = results.filter(({ executable }) => variantOf(report, executable) === "offline")
  const { packets, allowed } = countPackets(report, offline)
  const left = [
    `${count(packets, "packet")} left this machine`,
    ...(allowed > 0 ? [`${allowed} more to what a policy allows`] : []),
  ].join(", ")
  if (findings.length > 0)
    return { isGood: false, sentence: `${count(findings.length, "finding")}: ${where}, ${left}` }
  if (partial > 0)
    return {
      isGood: false,
      sentence: `Not all was recorded: ${count(partial, "run")} of ${where} ended too early`,
    }
  if (offline.length > 0) return { isGood: true, sentence: `${left}: ${where}` }
  return {
    isGood: true,
    sentence: `${where}: ${count(hostsOf(results).length, "host")} tried, by upstream's own`,
  }
}

/** The packets that left, and of those beside them that went to hosts which their scenario allows. */
function countPackets(
  { scenarios }: Report,
  results: Report["results"],
): { packets: number; allowed: number } {
  let packets = 0
  let allowed = 0
  for (const { scenario, runs } of results) {
    const own = scenarios.find(({ name }) => name === scenario)!.allowed
    for (const attempt of runs.flatMap(({ attempts }) => attempts)) {
      if (isAllowed(attempt, own)) allowed += attempt.packets
      else packets += attempt.packets
    }
  }
  return { packets, allowed }
}

/** Whether a scenario names the attempt's host or address. */
export function isAllowed({ name, address }: ReportedAttempt, allowed: string[]): boolean {
  return allowed.includes(name ?? "") || allowed.includes(address ?? "")
}

export function variantOf({ executables }: Pick<Report, "executables">, id: string) {
  return executables.find((executable) => executable.id === id)!.variant
}

/** `1 packet`, `2 packets`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`
}
