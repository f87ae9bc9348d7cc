import { runIsolated } from "../harness/run-opencode.ts"
import { Failure } from "../lib/errors.ts"
import { formatDuration } from "../lib/log.ts"
import { acquireFile } from "../lib/npm/acquire.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { readPin } from "../pins/pin.ts"
import type { Bench, Line } from "./lines.ts"
import { fastest, median, pairedRatio, takeTurns } from "./rounds.ts"

/**
 * `--version`: upstream's, ours with the switch off, ours offline. Offline is held against ours with the switch off too,
 * because ours saves more elsewhere at the start than the guard costs. The fetch of the model catalogue, which offline
 * saves, is off in all three.
 */
export async function benchStart({ stock, built, rounds, update }: Bench): Promise<Line[]> {
  const variants = [
    { executable: stock, args: ["--version"] },
    { executable: built, args: ["--version"] },
    { executable: built, args: ["--offline", "--version"] },
  ]
  // A few milliseconds in some seven hundred: that takes more rounds than the rest.
  const many = rounds * 3
  const times = await takeTurns(many, variants, async (variant, round) => {
    update(`round ${round} of ${many}`)
    const env = { OPENCODE_DISABLE_MODELS_FETCH: "1" }
    return (await runIsolated({ ...variant, env, lingerMs: 0 })).ms
  })
  const [before, off, on] = times as [number[], number[], number[]]
  const cost = (name: string, base: number[]): Line => ({
    name,
    stock: formatDuration(fastest(base)),
    built: formatDuration(fastest(on)),
    value: fastest(on) - fastest(base),
    target: 15,
    unit: "ms",
  })
  return [
    {
      name: "--version, switch off",
      stock: formatDuration(median(before)),
      built: formatDuration(median(off)),
      value: pairedRatio(before, off),
      target: 1.02,
      unit: "ratio",
    },
    cost("--version, offline, above stock", before),
    cost("--version, offline, above switch off", off),
  ]
}

/**
 * A question, until the provider gets it. Both find a ripgrep in PATH: without one, upstream's leaves out the work that
 * it is for, and ours, which has one inside, does not.
 */
export async function benchRun({ stock, built, rounds, update }: Bench): Promise<Line[]> {
  const ripgrep = await acquireFile((await readPin("1.3.0")).ripgrep, { cache: defaultCache() })
  const programs = { rg: `#!/bin/sh\nexec '${ripgrep}' "$@"\n` }
  const variants = [
    { executable: stock, args: ["run", "hi"] },
    { executable: built, args: ["--offline", "run", "hi"] },
  ]
  const times = await takeTurns(rounds, variants, async (variant, round) => {
    update(`round ${round} of ${rounds}`)
    const result = await runIsolated({ ...variant, programs, provider: [{ text: "hi" }], lingerMs: 0 })
    if (result.providerRequests[0]) return result.providerRequests[0].at
    const what = `${variant.executable} asked the provider for nothing`
    throw new Failure({ what, why: result.stderr, next: "npm test" })
  })
  const [before, after] = times as [number[], number[]]
  return [
    {
      name: "run to first request",
      stock: formatDuration(median(before)),
      built: formatDuration(median(after)),
      value: pairedRatio(before, after),
      target: 0.9,
      unit: "ratio",
    },
  ]
}
