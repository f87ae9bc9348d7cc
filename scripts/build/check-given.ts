import { checkConfiguration } from "../contents/configuration.ts"
import { checkModels } from "../contents/models.ts"
import { embedPolicy } from "../contents/policy.ts"
import { chooseOutputs } from "../emit/outputs.ts"
import { selectExtra } from "../pins/extra.ts"
import type { Pin } from "../pins/pin.ts"
import type { BuildOptions } from "./options.ts"

/**
 * Sees to it that what an organisation gave is what it should be, ahead of all that takes time or a network.
 * @throws Failure that names the file, or the package, and what is wrong with it
 */
export async function checkGiven(
  pin: Pin,
  options: Pick<BuildOptions, "models" | "modelsExtend" | "config" | "policy" | "with" | "cache" | "emit">,
): Promise<void> {
  if (options.policy !== undefined) await embedPolicy(options.policy)
  await checkModels(options)
  await selectExtra(options.with)
  chooseOutputs(options.emit)
  if (options.config !== undefined) await checkConfiguration(options.config, pin, options.cache)
}
