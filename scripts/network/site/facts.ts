import { isMeasured, listResults, type Measured, type Network, type RunResult, resultOf } from "../data.ts"
import type { PlannedRun } from "../plan.ts"
import { SWITCHES } from "../runs.ts"

// What the pages say is worked out here, from data alone.

export type Mode = PlannedRun["mode"]

/** A release and what was measured of it. */
export interface MeasuredRelease {
  name: string
  data: Network
}

/** A host in one scenario. */
export interface Seen {
  scenario: string
  times: number
  first: number
  ways: string[]
}

/** The network that releases are compared in. */
export const MAIN: Mode = "answer"

/** The modes in which something of a release was to be measured. */
export const modesOf = ({ results }: Network) =>
  (["answer", "refuse", "drop"] as const).filter((mode) => results[mode] !== undefined)

/** The scenarios in which a release was to be run, sorted. */
export const scenariosOf = ({ results }: Network, mode: Mode) => Object.keys(results[mode] ?? {}).sort()

/** What was measured of a run, and nothing when it was not. */
export function measuredOf(data: Network, run: Omit<PlannedRun, "release">): Measured | undefined {
  const found = resultOf(data, run)
  return isMeasured(found) ? found : undefined
}

/** The hosts that were tried, sorted, each with the scenarios in which. */
export function hostsOf(data: Network, mode: Mode, as: PlannedRun["as"]): Map<string, Seen[]> {
  const seen = scenariosOf(data, mode).flatMap((scenario) =>
    Object.entries(measuredOf(data, { mode, scenario, as })?.hosts ?? {}).map(
      ([host, one]): [string, Seen] => [host, { scenario, ...one }],
    ),
  )
  const sorted = seen.sort(([a], [b]) => (a < b ? -1 : 1))
  return new Map(
    [...Map.groupBy(sorted, ([host]) => host)].map(([host, group]) => [host, group.map(([, one]) => one)]),
  )
}

/** What upstream's own switches do about a host that upstream's tried. */
export interface Switched {
  /** Those that did it alone, with the scenario in which. */
  alone: { name: string; scenario: string }[]
  /** The scenarios in which it was not tried any more with all of them thrown. */
  gone: string[]
  /** Those in which it still was. */
  left: string[]
}

/** A scenario in which the other run was not measured, or did not do a job that upstream's as it is did, says nothing. */
export function switchedOff(data: Network, mode: Mode, host: string): Switched {
  const scenarios = (hostsOf(data, mode, "stock").get(host) ?? []).map(({ scenario }) => scenario)
  const without = (scenario: string, as: PlannedRun["as"]) => {
    const found = measuredOf(data, { mode, scenario, as })
    if (found && host in found.hosts) return false
    const isLess = found?.job !== "done" && measuredOf(data, { mode, scenario, as: "stock" })!.job === "done"
    return found && !isLess ? true : undefined
  }
  return {
    alone: scenarios.flatMap((scenario) =>
      SWITCHES.filter((name) => without(scenario, name)).map((name) => ({ name, scenario })),
    ),
    gone: scenarios.filter((scenario) => without(scenario, "switches") === true),
    left: scenarios.filter((scenario) => without(scenario, "switches") === false),
  }
}

/**
 * What changed from one release to the next, in the scenarios that were measured of both. That a host is not tried is
 * known of a run that did its job, and of no other: it may have ended ahead of that.
 */
export interface Change {
  from: string
  to: string
  /** Hosts that no scenario had before, and those that none has any more. */
  came: string[]
  went: string[]
  /** Of hosts that both try, the scenarios in which only the later one does, and only the earlier one did. */
  more: Moved[]
  less: Moved[]
  /** How many scenarios can be compared. */
  compared: number
}

export interface Moved {
  host: string
  scenarios: string[]
}

export function compareReleases(before: MeasuredRelease, after: MeasuredRelease, mode: Mode = MAIN): Change {
  const shared = scenariosOf(after.data, mode).filter((scenario) =>
    [before, after].every(({ data }) => measuredOf(data, { mode, scenario, as: "stock" })),
  )
  const scenariosWith = ({ data }: MeasuredRelease, host: string) =>
    (hostsOf(data, mode, "stock").get(host) ?? [])
      .map(({ scenario }) => scenario)
      .filter((scenario) => shared.includes(scenario))
  const isDone = ({ data }: MeasuredRelease, scenario: string) =>
    measuredOf(data, { mode, scenario, as: "stock" })?.job === "done"
  const hosts = new Set([before, after].flatMap(({ data }) => [...hostsOf(data, mode, "stock").keys()]))
  const moves = [...hosts].sort().map((host) => {
    const [first, second] = [scenariosWith(before, host), scenariosWith(after, host)]
    const more = second.filter((scenario) => !first.includes(scenario) && isDone(before, scenario))
    const less = first.filter((scenario) => !second.includes(scenario) && isDone(after, scenario))
    return { host, first, second, more, less }
  })
  const inBoth = moves.filter(({ first, second }) => first.length > 0 && second.length > 0)
  const inOne = moves.filter(({ first, second }) => first.length > 0 !== second.length > 0)
  return {
    from: before.name,
    to: after.name,
    came: inOne.filter(({ more }) => more.length > 0).map(({ host }) => host),
    went: inOne.filter(({ less }) => less.length > 0).map(({ host }) => host),
    more: inBoth.flatMap(({ host, more }) => (more.length > 0 ? [{ host, scenarios: more }] : [])),
    less: inBoth.flatMap(({ host, less }) => (less.length > 0 ? [{ host, scenarios: less }] : [])),
    compared: shared.length,
  }
}

/** The scenarios whose job upstream's as it is did not do: it may have ended ahead of what it would try. */
export function notDoneIn({ data }: MeasuredRelease): string[] {
  return scenariosOf(data, MAIN).filter(
    (scenario) => measuredOf(data, { mode: MAIN, scenario, as: "stock" })?.job === "not done",
  )
}

/** What a release is for: when that was not done, nothing is known of hosts that were not seen. */
const ESSENTIAL = ["run", "api-session"]

/**
 * Whether a host that was not seen is not tried: all was measured, a question was answered, and the release did a scenario in which
 * another one tries that host.
 */
export function isKnown(release: MeasuredRelease, host: string, releases: MeasuredRelease[]): boolean {
  const scenarios = scenariosOf(release.data, MAIN)
  const jobOf = (scenario: string) => measuredOf(release.data, { mode: MAIN, scenario, as: "stock" })?.job
  const elsewhere = releases.flatMap(({ data }) => hostsOf(data, MAIN, "stock").get(host) ?? [])
  return (
    scenarios.every((scenario) => jobOf(scenario) !== undefined) &&
    scenarios.every((scenario) => !ESSENTIAL.includes(scenario) || jobOf(scenario) === "done") &&
    elsewhere.some(({ scenario }) => jobOf(scenario) === "done")
  )
}

/** The runs of a release that were not measured. */
export function gapsOf({ data }: MeasuredRelease) {
  return listResults(data).flatMap(({ result, ...run }) =>
    "notMeasured" in result ? [{ ...run, why: result.notMeasured }] : [],
  )
}

/** How many runs of ours were measured, and how many hosts they tried. */
export function countOurs(releases: MeasuredRelease[]): { runs: number; tried: number; releases: number } {
  const ours = releases.map(({ data }) =>
    listResults(data).flatMap(({ as, result }) => (as === "offline" && isMeasured(result) ? [result] : [])),
  )
  const all = ours.flat()
  return {
    runs: all.length,
    tried: all.reduce((sum, { hosts }) => sum + Object.keys(hosts).length, 0),
    releases: ours.filter((one) => one.length > 0).length,
  }
}

/** Whether ours was to be run at all: without a pin there is none. */
export const hasOurs = ({ data }: MeasuredRelease) => listResults(data).some(({ as }) => as === "offline")

/** The days on which a release was measured, first and last. */
export function daysOf({ data }: MeasuredRelease): [first: string, last: string] {
  const days = listResults(data)
    .map(({ result }: { result: RunResult }) => result.on)
    .sort()
  return [days[0] ?? "", days.at(-1) ?? ""]
}
