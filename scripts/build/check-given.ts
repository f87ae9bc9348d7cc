import { embedPolicy } from "../contents/policy.ts"
import { selectExtra } from "../pins/extra.ts"
import type { Pin } from "../pins/pin.ts"
import type { BuildOptions } from "./options.ts"

/**
 * Sees to it that what an organisation gave is what it should be, ahead of all that takes time or a network. Most give
 * nothing, so what looks at it is loaded when there is something.
 * @throws Failure that names the file, or the package, and what is wrong with it
 */
export async function checkGiven(
  pin: Pin,
  options: Pick<BuildOptions, "models" | "modelsExtend" | "config" | "policy" | "with" | "cache" | "emit">,
): Promise<void> {
  if (options.policy !== undefined) await embedPolicy(options.policy)
  if (options.models !== undefined || options.modelsExtend !== undefined) {
    const { checkModels } = await import("../contents/models.ts")
    await checkModels(options)
  }
  await selectExtra(options.with)
  if (options.emit !== undefined) {
    const { chooseOutputs } = await import("../emit/outputs.ts")
    chooseOutputs(options.emit)
  }
  if (options.config !== undefined) {
    const { checkConfiguration } = await import("../contents/configuration.ts")
    await checkConfiguration(options.config, pin, options.cache)
  }
}
