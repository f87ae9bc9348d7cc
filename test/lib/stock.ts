import { acquireFile } from "../../scripts/lib/npm/acquire.ts"
import { defaultCache } from "../../scripts/lib/npm/cache.ts"
import { listPins, type Pin, readPin } from "../../scripts/pins/pin.ts"
import unpinned from "./stock.json" with { type: "json" }

/**
 * The packages that hold upstream's executable of a release for a target and the Bun that it was made from: a pin's, or
 * of a release that has none the ones in stock.json.
 */
export async function stockPackages(
  version = "1.3.0",
  target = "linux-x64",
): Promise<Pin["targets"][string]> {
  const pinned = (await listPins()).includes(version) ? (await readPin(version)).targets[target] : undefined
  const found = pinned ?? (unpinned as Record<string, Pin["targets"]>)[version]?.[target]
  if (found) return found
  throw new Error(`neither a pin nor test/lib/stock.json has ${version} for ${target}`)
}

/**
 * The path of an executable as upstream published it, in the cache that builds use; it comes from npm when it is not
 * there yet.
 */
export async function stockExecutable(version?: string, target?: string): Promise<string> {
  return acquireFile((await stockPackages(version, target)).opencode, { cache: defaultCache() })
}

/** The path of the Bun executable that upstream's was made from. */
export async function stockBun(version?: string, target?: string): Promise<string> {
  return acquireFile((await stockPackages(version, target)).bun, { cache: defaultCache() })
}
