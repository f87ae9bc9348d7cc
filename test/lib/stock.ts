import { acquireFile } from "../../scripts/lib/npm/acquire.ts"
import { defaultCache } from "../../scripts/lib/npm/cache.ts"
import { readPin } from "../../scripts/pins/pin.ts"

/**
 * The path of an executable as upstream published it, in the cache that builds use; it comes from npm when it is not
 * there yet.
 * @param version a pin, or the release that a pin takes the web UI from
 */
export async function stockExecutable(version: "1.3.0" | "1.14.34", target = "linux-x64"): Promise<string> {
  const pin = await readPin("1.3.0")
  const pinned = version === "1.3.0" ? pin.targets[target]!.opencode : pin.webUi
  if (pinned.version !== version) throw new Error(`the pin 1.3.0 no longer names ${version}`)
  return acquireFile(pinned, { cache: defaultCache() })
}

/** The path of the Bun executable that a target of the pin 1.3.0 was made with. */
export async function stockBun(target = "linux-x64"): Promise<string> {
  const pin = await readPin("1.3.0")
  return acquireFile(pin.targets[target]!.bun, { cache: defaultCache() })
}
