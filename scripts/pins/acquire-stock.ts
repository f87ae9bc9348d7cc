import { acquireFile } from "../lib/npm/acquire.ts"
import { hostTarget } from "../upstream/target.ts"
import { pinnedTarget, readPin } from "./pin.ts"

/**
 * The path of upstream's executable for this machine, which comes from npm when it is not in the cache.
 * @param pin a folder in `pins/` (default: the one that is built by default)
 */
export async function acquireStock({ pin, cache }: { pin?: string; cache: string }): Promise<string> {
  return acquireFile(pinnedTarget(await readPin(pin), hostTarget().name).opencode, { cache })
}
