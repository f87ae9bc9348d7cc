import { missingTargets, packagesToMirror, pinnedTarget, pinSpec, readPin } from "../pins/pin.ts"
import { ALL } from "../upstream/target.ts"
import type { ReleaseOptions } from "./options.ts"

/**
 * The targets of a release, `all` among them replaced by every one that the pin has; for that, what the pin lacks is said.
 * @throws Failure when the pin does not have one of them: ahead of all that takes time
 */
export async function targetsOf(options: Pick<ReleaseOptions, "pin" | "targets">): Promise<string[]> {
  const pin = await readPin(options.pin)
  if (options.targets.includes(ALL))
    for (const target of missingTargets(pin))
      console.error(
        `without ${target}: mirror ${packagesToMirror(pin, target)}, then npm run pin -- ${pinSpec(pin)} --add`,
      )
  const named = options.targets.flatMap((target) => (target === ALL ? Object.keys(pin.targets) : [target]))
  for (const target of named) pinnedTarget(pin, target)
  return [...new Set(named)]
}
