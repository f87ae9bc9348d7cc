import { runInNamespace } from "../isolation/isolated.ts"
import { readScale, SCALE_VARIABLE, setScale } from "../isolation/limits.ts"
import { Failure } from "../lib/errors.ts"

/** What upstream's `--version` takes in a namespace on two quiet cores, in milliseconds: scale 1. */
const REFERENCE_MS = 800

/** The first run reads the file from disk. */
const RUNS = 2

/**
 * Finds how much slower than the reference this machine is now, by the start of upstream's executable, and sets the scale
 * of all time limits, for this process and those that it starts. A scale that the environment has stands. Where that
 * executable cannot be had, as on a machine without a registry, it is 1: limits end only what does nothing any more.
 * Throws what runInNamespace does.
 * @param findStock gives the executable, or throws a Failure when it cannot be had
 * @returns the scale, at least 1
 */
export async function calibrate(findStock: () => Promise<string>): Promise<number> {
  if (process.env[SCALE_VARIABLE] === undefined) {
    const stock = await findStock().catch((error) => {
      if (error instanceof Failure) return undefined
      throw error
    })
    if (stock) setScale(Math.max(1, (await fastestStart(stock)) / REFERENCE_MS))
  }
  return readScale()
}

async function fastestStart(stock: string): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const { ms, exitCode, stderr } = await runInNamespace({
      executable: stock,
      args: ["--version"],
      mode: "refuse",
    })
    if (exitCode !== 0) throw new Error(`${stock} --version ended with ${exitCode}: ${stderr}`)
    times.push(ms)
  }
  return Math.min(...times)
}
