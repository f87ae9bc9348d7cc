import { join } from "node:path"
import { Failure } from "../lib/errors.ts"
import { PRODUCT } from "../pins/pin.ts"
import { COMMAND, loadScenarios } from "./load-scenarios.ts"
import type { Report } from "./report.ts"

const OWN = join(import.meta.dirname, "../../audit/scenarios")

/** The names of a report's scenarios that are neither this project's own, as they are now, nor a command line. */
export async function findForeignScenarios({ scenarios, upstream }: Report): Promise<string[]> {
  const named = scenarios.filter(({ name, what }) => name !== COMMAND.name || what !== COMMAND.what)
  const foreign = await Promise.all(named.map(async (one) => !(await isOwn(one, upstream))))
  return named.filter((_, index) => foreign[index]).map(({ name }) => name)
}

async function isOwn({ name, title, what }: Report["scenarios"][number], version: string): Promise<boolean> {
  const asked = { command: undefined, scenarios: OWN, names: [name] }
  const found = await loadScenarios(asked, { product: PRODUCT, version }).catch((error) => {
    if (error instanceof Failure) return undefined
    throw error
  })
  return found?.scenarios.some((one) => one.title === title && one.what === what) ?? false
}
