import { readFileSync } from "node:fs"
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
    const measure = async (what: string, on: (variant: Variant) => Variant) => {
      const costs = await takeTurns(many, variants, (variant, round) => {
        update(`${what}, round ${round} of ${many}`)
        return runProbe(on(variant))
      })
      return costs.map((runs) => runs.map(fastest)) as [number[], number[], number[]]
    }
    const [startsBare, startsOff, startsOn] = await measure("worker", (variant) => variant)
    const [fetchBare, fetchOff, fetchOn] = await measure("fetch", fetchOnOneCpu)
    return [
      compare("worker's start, switch off", [startsBare, startsOff], 1.15, formatMilliseconds),
      compare("worker's start, offline", [startsBare, startsOn], 20, formatMilliseconds),
      compare("fetch to loopback, switch off", [fetchBare, fetchOff], 1.05, formatMicroseconds),
      compare("fetch to loopback, offline", [fetchBare, fetchOn], 1.25, formatMicroseconds),
    ]
  } finally {
    for (const executable of [bare, guarded]) await rm(dirname(executable), { recursive: true })
  }
}

interface Variant {
  executable: string
  args: string[]
}

/**
 * Two threads take turns in a `fetch`. Where the scheduler has each on a CPU of its own, waking the other one costs ten times
 * what is measured, on a virtual machine at least; in which batches it does is chance.
 */
function fetchOnOneCpu({ executable, args }: Variant): Variant {
  const cpu = /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))![1]!
  const taskset = Bun.which("taskset")
  if (!taskset) throw noTaskset()
  return { executable: taskset, args: ["--cpu-list", cpu, executable, "fetch", ...args] }
}

async function runProbe(variant: Variant): Promise<GuardCosts> {
  const { exitCode, stdout, stderr } = await runIsolated({ ...variant, lingerMs: 0 })
  if (exitCode === 0) return JSON.parse(stdout)
  throw new Failure({ what: "The probe of the guard failed", why: stderr, next: "npm test -- guard" })
}

function noTaskset(): Failure {
  return new Failure({
    what: "What a fetch costs cannot be measured",
    why: "there is no taskset in PATH, which keeps a program on one CPU",
    next: "install util-linux, which unshare is of, too; or measure another part: npm run bench -- --only build",
  })
}

const formatMilliseconds = (value: number) => `${value.toFixed(1)} ms`
const formatMicroseconds = (value: number) => `${value.toFixed(1)} us`
