import type { NetworkMode } from "../isolation/network.ts"
import { type As, runsIn } from "./runs.ts"

/** One scenario of one release, in one network, run as one of those who are compared. */
export interface PlannedRun {
  release: string
  mode: NetworkMode
  scenario: string
  as: As
}

/** What decides which runs a release has; nothing of it depends on the machine. */
export interface PlannedRelease {
  name: string
  /** Those that are for it, of the scenarios that were asked for. */
  scenarios: string[]
  /** Whether there is a pin for this target, so that ours can be built. */
  isBuilt: boolean
}

/** A part of a plan: the `index`th of `of`, from 1. */
export interface Shard {
  index: number
  of: number
}

/** All runs, in an order that is the same on every machine: a release's stand together. */
export function makePlan(releases: PlannedRelease[], modes: NetworkMode[]): PlannedRun[] {
  return releases.flatMap(({ name, scenarios, isBuilt }) =>
    modes.flatMap((mode) =>
      [...scenarios]
        .sort()
        .flatMap((scenario) =>
          runsIn(scenario, isBuilt).map((as): PlannedRun => ({ release: name, mode, scenario, as })),
        ),
    ),
  )
}

/**
 * The runs of a shard: a stretch of the plan, so that it needs the executables of few releases. All shards together have
 * each run once, and differ by one run at most.
 */
export function shardOf<T>(plan: T[], { index, of }: Shard): T[] {
  const begin = (part: number) => Math.floor((plan.length * part) / of)
  return plan.slice(begin(index - 1), begin(index))
}

/** Reads `2/4`; undefined for what is no part of a whole. */
export function parseShard(text: string): Shard | undefined {
  const [, index, of] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text) ?? []
  if (index === undefined || Number(index) > Number(of)) return undefined
  return { index: Number(index), of: Number(of) }
}

/** A run in words: `VERSION answer run as stock`. */
export function describeRun({ release, mode, scenario, as }: PlannedRun): string {
  return `${release} ${mode} ${scenario} as ${as}`
}
