import type { KnownHosts } from "../pins/hosts.ts"
import { hostsOfStock, labelOf } from "./known-hosts.ts"
import {
  type Finding,
  hostOf,
  missingFor,
  type Report,
  type ReportedAttempt,
  type ReportedResult,
} from "./report.ts"
import { isAllowed, variantOf } from "./verdict.ts"

/**
 * What the audit was made to find: an offline run that tried something that its scenario does not allow, a scenario that
 * did not do its job offline though it needs no network, one that a time limit cut off, which proves nothing, and, when all
 * scenarios were run with upstream's release, a host that it is known to try and was not seen to: then the recorder is deaf.
 * @param known what was measured of that release
 */
export function findFindings(report: Omit<Report, "findings">, known: KnownHosts): Finding[] {
  const offline = report.results.filter((result) => variantOf(report, result.executable) === "offline")
  return [
    ...offline.flatMap((result) => tried(result, report)),
    ...offline.flatMap((result) => didNotWork(result, report)),
    ...report.results.flatMap((result) => notMeasured(result, report)),
    ...(report.allScenarios
      ? report.executables.filter((one) => one.isPinnedStock && one.variant === "stock")
      : []
    ).flatMap(({ id }) => notSeen(id, report, known)),
  ]
}

type Unjudged = Omit<Report, "findings">

function tried(result: ReportedResult, report: Unjudged): Finding[] {
  const { executable, scenario, mode } = result
  const { allowed, title } = report.scenarios.find(({ name }) => name === scenario)!
  const attempts = result.runs
    .flatMap((run) => run.attempts)
    .filter((attempt) => !isAllowed(attempt, allowed))
  return [...Map.groupBy(attempts, hostOf)].map(([host, group]) => ({
    kind: "tried",
    executable,
    scenario,
    mode,
    host,
    line: `${executable} tried ${describeGroup(host, group)}: ${title} (${mode})`,
  }))
}

/** `host tcp/443, udp/53; 4 times; by opencode run`. */
function describeGroup(host: string, attempts: ReportedAttempt[]): string {
  const ways = new Set(
    attempts.map(({ protocol, port }) => (port === undefined ? protocol : `${protocol}/${port}`)),
  )
  const senders = new Set(attempts.flatMap(({ process }) => process?.command ?? []))
  const times = attempts.length > 1 ? ` ${attempts.length} times` : ""
  return `${host} ${[...ways].join(" ")}${times}${senders.size > 0 ? ` by ${[...senders][0]}` : ""}`
}

function didNotWork(
  { executable, scenario, mode, worked, detail, notMeasured }: ReportedResult,
  report: Unjudged,
): Finding[] {
  if (notMeasured !== undefined) return []
  const asked = report.scenarios.find(({ name }) => name === scenario)!
  const by = report.executables.find(({ id }) => id === executable)!
  if (worked || !asked.worksOffline || missingFor(by, asked).length > 0) return []
  const line = `${executable} did not do its job: ${asked.title} (${mode}): ${detail}`
  return [{ kind: "did-not-work", executable, scenario, mode, line }]
}

function notMeasured(
  { executable, scenario, mode, notMeasured: why }: ReportedResult,
  { scenarios }: Unjudged,
): Finding[] {
  if (why === undefined) return []
  const { title } = scenarios.find(({ name }) => name === scenario)!
  const line = `${executable} was not measured, however often it was tried: ${title} (${mode}): ${why}`
  return [{ kind: "not-measured", executable, scenario, mode, line }]
}

function notSeen(executable: string, { results }: Unjudged, known: KnownHosts): Finding[] {
  const modes = new Set(results.map(({ mode }) => mode))
  return [...modes].flatMap((mode) => {
    const own = results.filter((result) => result.executable === executable && result.mode === mode)
    // What was not measured may be where the host would have been seen, and is a finding itself.
    if (own.some((result) => result.notMeasured !== undefined)) return []
    const seen = own.flatMap(({ runs }) =>
      runs.flatMap(({ attempts }) => attempts.map((attempt) => labelOf(hostOf(attempt)))),
    )
    const missing = hostsOfStock(known, mode).filter((host) => !seen.includes(host))
    return missing.map((host) => {
      const line = `${executable} was not seen to try ${host}, which it is known to (${mode})`
      return { kind: "not-seen" as const, executable, mode, host, line }
    })
  })
}
