import { checkModels } from "../contents/models.ts"
import { embedPolicy } from "../contents/policy.ts"
import { chooseOutputs } from "../emit/outputs.ts"
import { selectExtra } from "../pins/extra.ts"
import type { BuildOptions } from "./options.ts"

/**
 * Sees to it that what an organisation gave is what it should be, ahead of all that takes time or a network.
 * @throws Failure that names the file, or the package, and what is wrong with it
 */
export async function checkGiven(
  options: Pick<BuildOptions, "models" | "modelsExtend" | "policy" | "with" | "emit">,
): Promise<void> {
  if (options.policy !== undefined) await embedPolicy(options.policy)
  await checkModels(options)
  await selectExtra(options.with)
  chooseOutputs(options.emit)
}
