import { Failure } from "../lib/errors.ts"
import { type AppliedPatch, applySeries, type NamedPatch, type Tree } from "../patching/apply.ts"
import { OFFLINE } from "../upstream/readable-bundles.ts"
import { applyToGitTree } from "../upstream/typescript-tree.ts"

/** What one patch did on one upstream. */
export interface Verdict {
  patch: string
  /** `none`: the patch has no place on this source, and says so. */
  verdict: "applies" | "refused" | "none"
  /** How many places it changed. */
  places: number
  /** Where a refused patch looked for what, and what it found. */
  why?: string
}

/** Applies one patch; gives the trees that the next one is tried on. */
type Apply = (trees: Tree[], patch: NamedPatch) => { trees: Tree[]; applied: AppliedPatch }

/**
 * Tries each patch on upstream's code, in memory, behind those before it that applied: a refused patch does not stop
 * the others.
 * @throws what is no Failure: a defect of ours
 */
export function trySeries(trees: Tree[], series: NamedPatch[], apply: Apply): Verdict[] {
  let current = trees
  return series.map((patch) => {
    try {
      const outcome = apply(current, patch)
      current = outcome.trees
      const places = Object.values(outcome.applied.counts).reduce((a, b) => a + b, 0)
      return { patch: patch.name, verdict: places > 0 ? "applies" : "none", places }
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      return { patch: patch.name, verdict: "refused", places: 0, why: describe(error, patch) }
    }
  })
}

/** On the bundles of a release executable. */
export const applyToRelease: Apply = (trees, patch) => {
  const outcome = applySeries(trees, [patch], OFFLINE)
  return { trees: outcome.trees, applied: outcome.applied[0]! }
}

/** On the files of a checkout. */
export const applyToCheckout: Apply = ([tree], patch) => {
  const { applied, changed } = applyToGitTree(tree!, [patch])[0]!
  const units = tree!.units.map((unit) => changed.find(({ file }) => file === unit.file) ?? unit)
  return { trees: [{ ...tree!, units }], applied }
}

function describe({ report }: Failure, patch: NamedPatch): string {
  return `${report.what.replace(`The patch ${patch.name} does not apply: `, "")}: ${report.why}`
}
