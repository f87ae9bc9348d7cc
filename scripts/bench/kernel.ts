import { rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { makeProbe } from "../harness/probe-executable.ts"
import { runIsolated } from "../harness/run-opencode.ts"
import { Failure } from "../lib/errors.ts"
import { formatBytes } from "../lib/log.ts"
import type { CallCosts } from "./kernel-costs-probe.ts"
import { type Bench, compare, type Line } from "./lines.ts"
import { fastest, median, takeTurns } from "./rounds.ts"

/** Ours held by the kernel, beside ours with the guard alone: its start, a program's calls, and the supervisor's memory. */
export async function benchKernel(bench: Bench): Promise<Line[]> {
  return [await benchStart(bench), ...(await benchCalls(bench))]
}

const MODES = ["--offline", "--offline=kernel"]

/**
 * A command for which upstream's code is loaded, and nothing is connected to: `--version` is answered ahead of kernel mode.
 * What counts is the processors' time, of all processes: the wait for another process says nothing here.
 */
async function benchStart({ built, rounds, update }: Bench): Promise<Line> {
  const times = await takeTurns(rounds, MODES, (mode, round) => {
    update(`start, round ${round} of ${rounds}`)
    return processorTime(built, [mode, "debug", "paths"])
  })
  return compare("CPU time of debug paths", times as [number[], number[]], 1.12)
}

/** Prints, on its second line, the processors' time of all that it started, as `0m1.234s 0m0.056s`. */
const TIMES = '"$@" > /dev/null || exit; times'

async function processorTime(executable: string, args: string[]): Promise<number> {
  const words = ["-c", TIMES, "bash", executable, ...args]
  const { stdout, stderr } = await runIsolated({ executable: "/bin/bash", args: words, lingerMs: 0 })
  const found = [...(stdout.split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)]
  if (found.length !== 2) throw failed(stderr)
  return found.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
    0,
  )
}

/** Calls that the supervisor is asked about, calls that it is not, and its memory; a script of ours makes them. */
async function benchCalls({ stock, rounds, update }: Bench): Promise<Line[]> {
  const executable = await makeProbe(join(import.meta.dirname, "kernel-costs-probe.ts"), { stock })
  try {
    const runs = await takeTurns(rounds, MODES, (mode, round) => {
      update(`calls, round ${round} of ${rounds}`)
      return runProbe(executable, mode)
    })
    const of = (what: "connect" | "write" | "send") =>
      runs.map((costs) => costs.map((one) => fastest(one[what]))) as [number[], number[]]
    const held = runs[1]!.map(({ memory }) => memory)
    const [before, after] = [held.map(([first]) => first!), held.map(([, last]) => last!)]
    return [
      compare("socket, connect and close on loopback", of("connect"), 3, formatMicroseconds),
      compare("write and read", of("write"), 1.25, formatMicroseconds),
      compare("send and recv", of("send"), 1.25, formatMicroseconds),
      size(
        "supervisor's memory, 10,000 connections later",
        after.map(({ whole }) => whole),
        60e6,
      ),
      size(
        "of which its own",
        after.map(({ own }) => own),
        20e6,
      ),
      compare(
        "its own, beside that before",
        [before.map(({ own }) => own), after.map(({ own }) => own)],
        1.1,
        formatBytes,
      ),
    ]
  } finally {
    await rm(dirname(executable), { recursive: true })
  }
}

async function runProbe(executable: string, mode: string): Promise<CallCosts> {
  const { exitCode, stdout, stderr } = await runIsolated({ executable, args: [mode], lingerMs: 0 })
  if (exitCode === 0) return JSON.parse(stdout)
  throw failed(stderr)
}

function size(name: string, values: number[], target: number): Line {
  const value = median(values)
  return { name, built: formatBytes(value), value, target, unit: "bytes" }
}

const failed = (why: string) =>
  new Failure({ what: "The benchmark of kernel mode failed", why, next: "npm test -- kernel" })
const formatMicroseconds = (value: number) => `${value.toFixed(1)} us`
