import type { KeyObject } from "node:crypto"
import { checkModels } from "../contents/models.ts"
import { embedPolicy } from "../contents/policy.ts"
import { chooseOutputs } from "../emit/outputs.ts"
import { readSigningKey } from "../emit/sign.ts"
import { selectExtra } from "../pins/extra.ts"
import type { BuildOptions } from "./options.ts"

/**
 * Sees to it that what an organisation gave is what it should be, ahead of all that takes time or a network.
 * @returns the key that signs, if there is one: a pipe can be read only once
 * @throws Failure that names the file, or the package, and what is wrong with it
 */
export async function checkGiven(
  options: Pick<BuildOptions, "models" | "modelsExtend" | "policy" | "with" | "emit" | "signKey">,
): Promise<KeyObject | undefined> {
  if (options.policy !== undefined) await embedPolicy(options.policy)
  await checkModels(options)
  await selectExtra(options.with)
  chooseOutputs(options.emit)
  return options.signKey === undefined ? undefined : readSigningKey(options.signKey)
}
