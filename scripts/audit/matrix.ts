import type { NetworkMode } from "../isolation/network.ts"
import { hostOf, type Report, type ReportedAttempt, type ReportedResult } from "./report.ts"

/** What was tried at one host, by one scenario with one executable: each way once. */
export interface Way {
  protocol: string
  port?: number
  what?: string
  address?: string
  process?: string
  /** Milliseconds from the recording's begin to the first, how often, and what was sent in all of them. */
  first: number
  times: number
  packets: number
  bytes: number
}

/** What was tried in one mode: for each host, sorted, for each result, sorted as in the report. */
export interface Matrix {
  mode: NetworkMode
  hosts: string[]
  /** Empty when nothing was tried. */
  ways(host: string, scenario: string, executable: string): Way[]
}

/** The matrices of a report, one for each mode that it has. */
export function makeMatrices(report: Report): Matrix[] {
  return [...Map.groupBy(report.results, ({ mode }) => mode)].map(([mode, results]) => ({
    mode,
    hosts: hostsOf(results),
    ways(host, scenario, executable) {
      const found = results.filter((one) => one.scenario === scenario && one.executable === executable)
      return groupWays(attemptsOf(found).filter((attempt) => hostOf(attempt) === host))
    },
  }))
}

/** The hosts that were tried, each once, sorted. */
export function hostsOf(results: ReportedResult[]): string[] {
  return [...new Set(attemptsOf(results).map(hostOf))].sort()
}

const attemptsOf = (results: ReportedResult[]) =>
  results.flatMap(({ runs }) => runs.flatMap(({ attempts }) => attempts))

function groupWays(attempts: ReportedAttempt[]): Way[] {
  const same = ({ protocol, port, what, address, process }: ReportedAttempt) =>
    JSON.stringify([protocol, port, what, address, process?.command])
  return [...Map.groupBy(attempts, same).values()].map((group) => {
    const { protocol, port, what, address, process, at } = group[0]!
    const sum = (part: "packets" | "bytes") => group.reduce((total, attempt) => total + attempt[part], 0)
    return {
      ...{ protocol, port, what, address, process: process?.command },
      ...{ first: at, times: group.length, packets: sum("packets"), bytes: sum("bytes") },
    }
  })
}
