import type { NamedPatch, Outcome } from "../patching/apply.ts"
import { type Form, standing } from "../patching/patch.ts"

/** What one patch did on one upstream. */
export interface Verdict {
  patch: string
  /** `none`: the patch is not needed there, or has no place in code of this form. */
  verdict: "applies" | "refused" | "none"
  /** How many places it changed. */
  places: number
  /** Where a refused patch looked for what, and what it found. */
  why?: string
}

/**
 * What became of each patch of the series on one upstream.
 * @param apply applies those that are for it, in memory
 * @throws what is no Failure: a defect of ours
 */
export function trySeries(
  series: NamedPatch[],
  upstream: { version: string; form: Form },
  apply: (chosen: NamedPatch[]) => Pick<Outcome, "applied" | "refused">,
): Verdict[] {
  const chosen = series.filter((patch) => standing(patch, upstream) === "applies")
  const { applied, refused } = apply(chosen)
  return series.map(({ name }) => {
    const refusal = refused.find(({ patch }) => patch.name === name)
    if (refusal) return { patch: name, verdict: "refused", places: 0, why: describe(refusal) }
    const counts = applied.find((one) => one.name === name)?.counts ?? {}
    const places = Object.values(counts).reduce((a, b) => a + b, 0)
    return { patch: name, verdict: places > 0 ? "applies" : "none", places }
  })
}

function describe({ patch, why: { report } }: Outcome["refused"][number]): string {
  return `${report.what.replace(`The patch ${patch.name} does not apply: `, "")}: ${report.why}`
}
