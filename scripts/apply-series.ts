import type { Step } from "./lib/log.ts"
import { OFFLINE, readTrees } from "./lib/release-source.ts"
import { type AppliedPatch, applySeries, type Tree } from "./lib/series/apply.ts"
import { hasPlaces } from "./lib/series/patch.ts"
import { readSeries } from "./read-series.ts"
import type { Stock } from "./read-stock.ts"

export interface Patched {
  trees: Tree[]
  applied: AppliedPatch[]
}

/**
 * Applies the whole series in memory, so that nothing is written before all of it is known to apply.
 * @throws Failure as {@link applySeries} does
 */
export async function patchStock(stock: Stock, step: Step): Promise<Patched> {
  const trees = readTrees(stock.graph)
  const names = trees.map(({ name }) => name)
  const series = (await readSeries()).filter((patch) => hasPlaces(patch, names))
  const patched = applySeries(trees, series, OFFLINE)
  const places = patched.applied.flatMap(({ counts }) => Object.values(counts)).reduce((a, b) => a + b, 0)
  step.result(`${patched.applied.length} patches, ${places} places`)
  return patched
}
