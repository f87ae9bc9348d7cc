import { runIsolated } from "../harness/run-opencode.ts"
import { Failure } from "../lib/errors.ts"
import { formatDuration } from "../lib/log.ts"
import type { Bench, Line } from "./lines.ts"
import { fastest, median, pairedRatio, takeTurns } from "./rounds.ts"

/**
 * `--version`, which ours answers before upstream's code is loaded; and `--help`, for which it is: upstream's, ours with
 * the switch off, ours offline. Offline is held against ours with the switch off too, because ours saves more elsewhere at
 * the start than the guard costs. The fetch of the model catalogue, which offline saves, is off in all.
 */
export async function benchStart({ stock, built, rounds, update }: Bench): Promise<Line[]> {
  const variants = [
    { executable: stock, args: ["--version"] },
    { executable: built, args: ["--version"] },
    { executable: stock, args: ["--help"] },
    { executable: built, args: ["--help"] },
    { executable: built, args: ["--offline", "--help"] },
  ]
  // A few milliseconds in some seven hundred: that takes more rounds than the rest.
  const many = rounds * 3
  const times = await takeTurns(many, variants, async (variant, round) => {
    update(`round ${round} of ${many}`)
    const env = { OPENCODE_DISABLE_MODELS_FETCH: "1" }
    return (await runIsolated({ ...variant, env, lingerMs: 0 })).ms
  })
  const [asked, answered, before, off, on] = times as [number[], number[], number[], number[], number[]]
  const ratio = (name: string, base: number[], ours: number[], target: number): Line => ({
    name,
    stock: formatDuration(median(base)),
    built: formatDuration(median(ours)),
    value: pairedRatio(base, ours),
    target,
    unit: "ratio",
  })
  const cost = (name: string, base: number[]): Line => ({
    name,
    stock: formatDuration(fastest(base)),
    built: formatDuration(fastest(on)),
    value: fastest(on) - fastest(base),
    target: 15,
    unit: "ms",
  })
  return [
    ratio("--version, switch off", asked, answered, 0.2),
    ratio("--help, switch off", before, off, 1.02),
    cost("--help, offline, above stock", before),
    cost("--help, offline, above switch off", off),
  ]
}

/**
 * A question, until the provider gets it. Both find a ripgrep in PATH: without one, upstream's leaves out the work that
 * it is for, and ours, which has one inside, does not.
 */
export async function benchRun({ stock, built, ripgrep, rounds, update }: Bench): Promise<Line[]> {
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
