import { stat } from "node:fs/promises"
import { join } from "node:path"
import { Failure } from "../lib/errors.ts"
import { formatBytes } from "../lib/log.ts"
import { measure } from "../lib/process.ts"
import { readBuildRecord } from "../record/build-record.ts"
import { type Bench, compare, type Line } from "./lines.ts"
import { takeTurns } from "./rounds.ts"
import { start } from "./start.ts"

const ROOT = join(import.meta.dirname, "../..")

/**
 * Makes a release of a pin in the folder `out`, and says how long that took and how much memory it had at most.
 * @throws Failure when it could not be made
 */
export async function build(pin: string, out: string): Promise<{ milliseconds: number; peakBytes: number }> {
  const cost = await measure([process.execPath, "build.ts", "--pin", pin, "--out", out], { cwd: ROOT })
  if (cost.exitCode === 0) return cost
  throw new Failure({ what: "The build failed", why: "see there", next: "npm run build" })
}

/** Builds again, with a warm cache, beside upstream's `--version`. */
export async function benchBuild({ pin, stock, built, rounds, update }: Bench): Promise<Line[]> {
  const peaks: number[] = []
  const many = Math.min(rounds, 3)
  const [starts, builds] = await takeTurns(many, ["start", "build"], async (what, round) => {
    update(`round ${round} of ${many}`)
    if (what === "start") return start(stock, ["--version"])
    const { milliseconds, peakBytes } = await build(pin, join(built, ".."))
    peaks.push(peakBytes)
    return milliseconds
  })
  const peak = Math.max(...peaks)
  return [
    compare("build, warm, beside --version", [starts!, builds!], 5),
    { name: "its peak memory", built: formatBytes(peak), value: peak, target: 600e6, unit: "bytes" },
  ]
}

/** The page counts only where upstream's executable has one too, which is then upstream's own. */
export async function benchSize({ stock, built }: Bench): Promise<Line[]> {
  const { sizes } = await readBuildRecord(join(built, "../build.json"))
  const [before, after] = [(await stat(stock)).size, (await stat(built)).size - sizes.webUi]
  return [
    {
      name: `size above stock${sizes.webUi > 0 ? ", without the page" : ""}`,
      stock: formatBytes(before),
      built: formatBytes(after),
      value: after - before,
      target: 10e6,
      unit: "bytes",
    },
  ]
}
