import { Failure } from "../lib/errors.ts"

/** @param file the audit's report */
export function unusable(file: string, why: string): Failure {
  return new Failure({
    what: `There are no figures to quote in ${file}`,
    why,
    next: "--no-figures leaves them out; docs/upstream.md, Figures, says what is built and how it is audited",
  })
}
