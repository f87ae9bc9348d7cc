import { rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { makeProbe } from "../harness/probe-executable.ts"
import { runIsolated } from "../harness/run-opencode.ts"
import { Failure } from "../lib/errors.ts"
import type { GuardCosts } from "./costs-probe.ts"
import { type Bench, compare, type Line } from "./lines.ts"
import { fastest, takeTurns } from "./rounds.ts"

/**
 * What the guard costs a worker's start and a `fetch`: a script of ours in place of OpenCode, in the stock runtime as it
 * is, with our module in front and the switch off, and offline.
 */
export async function benchGuard({ stock, rounds, update }: Bench): Promise<Line[]> {
  const probe = join(import.meta.dirname, "costs-probe.ts")
  const bare = await makeProbe(probe, { stock, bare: true })
  const guarded = await makeProbe(probe, { stock })
  try {
    const variants = [
      { executable: bare, args: [] },
      { executable: guarded, args: [] },
      { executable: guarded, args: ["--offline"] },
    ]
    // Each run measures many times by itself.
    const many = Math.min(rounds, 3)
    const costs = await takeTurns(many, variants, (variant, round) => {
      update(`round ${round} of ${many}`)
      return runProbe(variant)
    })
    const [own, off, on] = costs as [GuardCosts[], GuardCosts[], GuardCosts[]]
    const of = (what: keyof GuardCosts, runs: GuardCosts[]): [number[], number[]] => [
      own.map((costs) => fastest(costs[what])),
      runs.map((costs) => fastest(costs[what])),
    ]
    return [
      compare("worker's start, switch off", of("worker", off), 1.15, formatMilliseconds),
      compare("worker's start, offline", of("worker", on), 15, formatMilliseconds),
      compare("fetch to loopback, switch off", of("fetch", off), 1.05, formatMicroseconds),
      compare("fetch to loopback, offline", of("fetch", on), 1.25, formatMicroseconds),
    ]
  } finally {
    for (const executable of [bare, guarded]) await rm(dirname(executable), { recursive: true })
  }
}

async function runProbe(variant: { executable: string; args: string[] }): Promise<GuardCosts> {
  const { exitCode, stdout, stderr } = await runIsolated({ ...variant, lingerMs: 0 })
  if (exitCode === 0) return JSON.parse(stdout)
  throw new Failure({ what: "The probe of the guard failed", why: stderr, next: "npm test -- guard" })
}

const formatMilliseconds = (value: number) => `${value.toFixed(1)} ms`
const formatMicroseconds = (value: number) => `${value.toFixed(1)} us`
