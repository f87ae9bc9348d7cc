import { readScale } from "../../../scripts/isolation/limits.ts"

/** What a probe is told of the machine: see patience.ts. */
export function probeScale(): { PROBE_SCALE: string } {
  return { PROBE_SCALE: String(readScale()) }
}
