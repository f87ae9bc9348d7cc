import { findLibraries } from "../materials/own.ts"
import type { Pin } from "../pins/pin.ts"
import type { BuildRecord } from "../record/build-record.ts"
import { readInputs } from "../record/inputs.ts"
import type { BuildOptions } from "./options.ts"

/** What is known without a file of upstream's. */
export interface Own {
  /** What the build is made from, as it stands in the record. */
  given: Pick<BuildRecord, "repository" | "inputs" | "npm" | "tools">
  /** The packages that are bundled into this project's own modules: where each lies. */
  libraries: string[]
}

/** Reads this project, and what an organisation gave: to be done while upstream's files are hashed. */
export async function readOwn(pin: Pin, options: BuildOptions): Promise<Own> {
  const [given, libraries] = await Promise.all([readInputs(pin, options), findLibraries()])
  return { given, libraries }
}
