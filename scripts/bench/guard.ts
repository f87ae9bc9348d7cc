import { rm } from "node:fs/promises"
import { dirname } from "node:path"
import type { GuardCosts } from "../../test/isolated/lib/guard-costs-probe.ts"
import { makeGuardExecutable } from "../../test/isolated/lib/guard-executable.ts"
import { runIsolated } from "../harness/run-opencode.ts"
import { Failure } from "../lib/errors.ts"
import { type Bench, type Line, show, type Unit } from "./lines.ts"
import { fastest, takeTurns } from "./rounds.ts"

/**
 * What the guard costs a worker's start and a `fetch`: a script of ours in place of OpenCode, in the stock runtime as it
 * is, with our module in front and the switch off, and offline.
 */
export async function benchGuard({ rounds, update }: Bench): Promise<Line[]> {
  const bare = await makeGuardExecutable("guard-costs-probe.ts", { bare: true })
  const guarded = await makeGuardExecutable("guard-costs-probe.ts")
  try {
    const variants = [
      { executable: bare, args: [] },
      { executable: guarded, args: [] },
      { executable: guarded, args: ["--offline"] },
    ]
    // A process has its two threads on one core or on two, as it comes, and a fetch then takes two or three times as long.
    const many = rounds * 3
    const costs = await takeTurns(many, variants, (variant, round) => {
      update(`round ${round} of ${many}`)
      return runProbe(variant)
    })
    const [own, off, on] = costs.map((runs) => ({
      worker: fastest(runs.flatMap(({ worker }) => worker)),
      fetch: fastest(runs.flatMap(({ fetch }) => fetch)),
    })) as [Fastest, Fastest, Fastest]
    return [
      above("worker's start, offline", own.worker, on.worker, 15, "ms"),
      above("worker's start, switch off", own.worker, off.worker, 0.5, "ms"),
      above("fetch to loopback, offline", own.fetch, on.fetch, 20, "us"),
      above("fetch to loopback, switch off", own.fetch, off.fetch, 2, "us"),
    ]
  } finally {
    for (const executable of [bare, guarded]) await rm(dirname(executable), { recursive: true })
  }
}

type Fastest = Record<keyof GuardCosts, number>

async function runProbe(variant: { executable: string; args: string[] }): Promise<GuardCosts> {
  const { exitCode, stdout, stderr } = await runIsolated({ ...variant, lingerMs: 0 })
  if (exitCode === 0) return JSON.parse(stdout)
  throw new Failure({ what: "The probe of the guard failed", why: stderr, next: "npm test -- guard" })
}

function above(name: string, own: number, value: number, target: number, unit: Unit): Line {
  return { name, stock: show(own, unit), built: show(value, unit), value: value - own, target, unit }
}
