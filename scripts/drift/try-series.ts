import type { NamedPatch, Outcome } from "../patching/apply.ts"
import { chooseSeries } from "../patching/choose.ts"
import type { Form, Patch } from "../patching/patch.ts"

/** What one patch did on one upstream. */
export interface Verdict {
  patch: string
  level: Patch["level"]
  /** `formless`: it is needed there, and has no form for this code; `none`: it is not needed. */
  verdict: "applies" | "refused" | "formless" | "none"
  /** How many places it changed. */
  places: number
  /** Where a refused patch looked for what, and what it found; which form is missing. */
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
  const { chosen, leftOut } = chooseSeries(series, upstream)
  const { applied, refused } = apply(chosen)
  return series.map(({ name, level }) => {
    const of = { patch: name, level, places: 0 }
    const refusal = refused.find(({ patch }) => patch.name === name)
    if (refusal) return { ...of, verdict: "refused", why: describe(refusal) }
    const left = leftOut.find((one) => one.name === name)
    if (left) return { ...of, verdict: "formless", why: left.why }
    const counts = applied.find((one) => one.name === name)?.counts ?? {}
    const places = Object.values(counts).reduce((a, b) => a + b, 0)
    return { ...of, verdict: places > 0 ? "applies" : "none", places }
  })
}

function describe({ patch, why: { report } }: Outcome["refused"][number]): string {
  return `${report.what.replace(`The patch ${patch.name} does not apply: `, "")}: ${report.why}`
}
