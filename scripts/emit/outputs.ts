import { Failure } from "../lib/errors.ts"
import { nearest } from "../lib/nearest.ts"
import { brief } from "./brief.ts"
import { cyclonedx } from "./cyclonedx.ts"
import { egress } from "./egress.ts"
import { licenses } from "./licenses.ts"
import type { Output, Subject } from "./output.ts"
import { provenance } from "./provenance.ts"
import { spdx } from "./spdx.ts"
import { vex } from "./vex.ts"

/** Every output that there is. Another one is a file beside these, and a name here. */
export const OUTPUTS: readonly Output[] = [licenses, cyclonedx, spdx, provenance, egress, vex, brief]

/** The word that stands for no output. */
const NONE = "none"

/**
 * The outputs that `--emit` names.
 * @param names separated by commas; undefined for all
 * @throws Failure that lists the outputs there are
 */
export function chooseOutputs(names: string | undefined): readonly Output[] {
  if (names === undefined) return OUTPUTS
  if (names === NONE) return []
  return names.split(",").map((name) => {
    const found = OUTPUTS.find((output) => output.name === name)
    if (found) return found
    const known = OUTPUTS.map((output) => output.name)
    const meant = nearest(name, known)
    throw new Failure({
      what: `There is no output ${JSON.stringify(name)}`,
      why: `there are ${known.join(", ")}`,
      next: `${meant ? `write --emit ${meant}, or ` : ""}leave --emit out for all of them, or write --emit ${NONE} for none`,
    })
  })
}

/** Prints outputs: texts by file name. */
export async function printOutputs(
  outputs: readonly Output[],
  subject: Subject,
): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const output of outputs) {
    const printed = await output.print(subject)
    if (Object.keys(printed).sort().join() !== [...output.files].sort().join())
      throw new Error(`${output.name} printed ${Object.keys(printed)}, but promises ${output.files}`)
    for (const [name, text] of Object.entries(printed)) files.set(name, text)
  }
  return files
}
