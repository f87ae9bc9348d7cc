import { NAMES } from "../contents/names.ts"
import type { Step } from "../lib/log.ts"
import { type AppliedPatch, applySeries } from "../patching/apply.ts"
import { hasPlaces } from "../patching/patch.ts"
import { readSeries } from "../patching/read-series.ts"
import { OFFLINE, printTrees, readTrees } from "../upstream/release-source.ts"
import type { Stock } from "./read-stock.ts"

export interface Patched {
  /** New contents of modules, by their names. */
  bundles: Map<string, Uint8Array>
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
  const { trees: changed, applied } = applySeries(trees, series, OFFLINE)
  const places = applied.flatMap(({ counts }) => Object.values(counts)).reduce((a, b) => a + b, 0)
  step.result(`${applied.length} patches, ${places} places`)
  return { bundles: printTrees(changed, stock.graph, NAMES.index), applied }
}
