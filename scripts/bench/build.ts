import { stat } from "node:fs/promises"
import { join } from "node:path"
import { Failure } from "../lib/errors.ts"
import { formatBytes, formatDuration } from "../lib/log.ts"
import { type Cost, measure } from "../lib/process.ts"
import type { Bench, Line } from "./lines.ts"

const ROOT = join(import.meta.dirname, "../..")

/** Makes a release of a pin in the folder `out`. */
export async function build(pin: string, out: string): Promise<Cost> {
  const cost = await measure([process.execPath, "build.ts", "--pin", pin, "--out", out], { cwd: ROOT })
  if (cost.exitCode === 0) return cost
  throw new Failure({ what: "The build failed", why: "see there", next: "npm run build" })
}

/** Builds once more, with a warm cache. */
export async function benchBuild({ pin, built }: Bench): Promise<Line[]> {
  const { milliseconds, peakBytes } = await build(pin, join(built, ".."))
  return [
    {
      name: "build, warm",
      built: formatDuration(milliseconds),
      value: milliseconds,
      target: 3000,
      unit: "ms",
    },
    {
      name: "its peak memory",
      built: formatBytes(peakBytes),
      value: peakBytes,
      target: 400e6,
      unit: "bytes",
    },
  ]
}

export async function benchSize({ stock, built }: Bench): Promise<Line[]> {
  const [before, after] = [(await stat(stock)).size, (await stat(built)).size]
  return [
    {
      name: "size above stock",
      stock: formatBytes(before),
      built: formatBytes(after),
      value: after - before,
      target: 20e6,
      unit: "bytes",
    },
  ]
}
