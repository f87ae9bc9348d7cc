import { findForeignScenarios } from "../audit/foreign-scenarios.ts"
import type { Report } from "../audit/report.ts"
import { unusable } from "./unusable.ts"

/**
 * Scenarios of this project set no variable that a pull request brings, and the audit hands on none of a person's. What
 * the scenarios of others set, a report does not say.
 * @throws Failure when a switch was on, or may have been
 */
export async function requireSwitchedOff(report: Report, file: string): Promise<void> {
  const on = report.executables.find(({ variant }) => variant !== "stock")
  if (on) throw unusable(file, `${on.file} was run with the switch on`)
  const words = report.results.flatMap(({ runs }) => runs.flatMap(({ command }) => command))
  if (words.some((word) => /^--offline\b/.test(word))) throw unusable(file, "a run had the option --offline")
  const [foreign] = await findForeignScenarios(report)
  if (foreign !== undefined)
    throw unusable(file, `the scenario ${foreign} is not this project's, so what it sets is not known`)
}
