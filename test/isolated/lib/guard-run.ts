import { expect } from "bun:test"
import { runIsolated } from "../../../scripts/harness/run-opencode.ts"
import type { Attempt } from "../../../scripts/isolation/attempts.ts"
import { runsAll } from "../../lib/sampling.ts"
import { ABSENT } from "./absent.ts"
import { besideRefusals } from "./beside-refusals.ts"
import { LEAVE_OUT } from "./guard-executable.ts"
import type { Outcome } from "./guard-probe.ts"
import { type Family, vectors } from "./guard-vectors.ts"
import { probeScale } from "./probe-scale.ts"

/** Each place has addresses of its own (RFC 5737, RFC 7526), so that an attempt shows where it came from. */
export const places = {
  main: "203.0.113",
  "web-worker": "198.51.100",
  "node-worker": "192.0.2",
  "bun-child": "192.88.99",
}
export type Place = keyof typeof places

const ids = Object.keys(vectors)

/** Two ways of each family: tried in places that are like one in which all are. With --all, all are tried there, too. */
export const few = runsAll
  ? ids
  : ids.filter((id) => ids.filter((other) => familyOf(other) === familyOf(id)).indexOf(id) < 2)

/** Those that start no process, and those of a family; with --all, all. Starting processes is what takes long. */
export function withoutProcesses(own: Family): string[] {
  const starts = (id: string) => familyOf(id) === "children" || vectors[id]!.inChild !== undefined
  return runsAll ? ids : ids.filter((id) => familyOf(id) === own || !starts(id))
}

/** Has {@link runProbe} try these alone. */
export function only(of: string[]): Record<string, string> {
  return { PROBE_SAMPLE: of.join(" ") }
}

function familyOf(id: string): Family {
  return vectors[id]!.family
}

export interface Run {
  outcomes: Outcome[]
  attempts: Attempt[]
  /** The vectors that the runtime has not. */
  absent: string[]
  /** The vectors to whose name or address something left. */
  leaked: string[]
}

/** Dials the address that the title of a job spells, instead of waiting for its time. */
const CRONTAB = `#!/bin/bash
[ "$1" = -l ] && exit 1
[ -f "$1" ] && jobs=$(<"$1") || jobs=$(</dev/stdin)
[[ $jobs =~ at-([0-9]+)-([0-9]+)-([0-9]+)-([0-9]+) ]] || exit 1
IFS=.
(echo > "/dev/tcp/\${BASH_REMATCH[*]:1}/80") 2>/dev/null
exit 0
`

/** Runs every vector in one kind of thread, or in a child, of an executable that is made of the probe. */
export async function runProbe(
  executable: string,
  place: Place,
  args: string[],
  env: Record<string, string> = {},
): Promise<Run> {
  const addressOf = (id: string) => `${places[place]}.${ids.indexOf(id) + 1}`
  const probe = {
    PROBE_PLACE: place,
    PROBE_ADDRESSES: places[place],
    // The runtime reads it once, at its start.
    REDIS_URL: `redis://${addressOf("bun-redis-default")}:6379`,
  }
  const isControl = args[0] === undefined || (args[0] === "--offline" && LEAVE_OUT in env)
  const offline: Record<string, string> = args.includes("--offline") ? { PROBE_OFFLINE: "1" } : {}
  const result = await runIsolated({
    executable,
    args,
    env: { ...probe, ...probeScale(), ...offline, ...(isControl && { PROBE_CONTROL: "1" }), ...env },
    programs: { crontab: CRONTAB },
  })
  expect({ exitCode: result.exitCode, stderr: besideRefusals(result.stderr) }).toEqual({
    exitCode: 0,
    stderr: "",
  })
  const outcomes = result.stdout
    .trim()
    .split("\n")
    .map((line): Outcome => JSON.parse(line))
  const { attempts } = result
  const leaked = ids.filter((id, index) =>
    attempts.some(
      ({ name, address }) =>
        name?.startsWith(`${id}.${place}.`) || address === `${places[place]}.${index + 1}`,
    ),
  )
  const absent = outcomes.filter(({ outcome }) => outcome === ABSENT).map(({ id }) => id)
  return { outcomes, attempts, absent, leaked }
}

/** The outcomes of a run with the switch on that are not a refusal: one that is waited for is none. */
export function notRefused({ outcomes }: Run): Outcome[] {
  return outcomes.filter(({ id, outcome }) => {
    if (outcome === ABSENT) return false
    return outcome !== (vectors[id]!.goesOnToLoopback ? "open" : "ERR_OPENCODE_OFFLINE")
  })
}

/** The vectors that this runtime has, of what it may do without. */
export function there({ absent }: Run, of = ids): string[] {
  return of.filter((id) => !(absent.includes(id) && vectors[id]!.isThere !== undefined))
}
