import { acquireFile } from "../../scripts/lib/npm/acquire.ts"
import { defaultCache } from "../../scripts/lib/npm/cache.ts"
import { listPins, type Pin, type PinnedTarget, pinnedTarget, readPin } from "../../scripts/pins/pin.ts"
import { hostTarget } from "../../scripts/upstream/target.ts"

/** The pin that is tested: `npm test -- --pin NAME`, else the default. */
export const pin = await readPin(process.env.TEST_PIN)

/** What it has for this machine. */
export const pinned: PinnedTarget = pinnedTarget(pin, hostTarget().name)

const from = { cache: defaultCache() }

/**
 * The path of upstream's executable of the pin that is tested, in the cache that builds use; it comes from npm when it is
 * not there yet.
 * @param target another one that the pin has
 */
export function stockExecutable(target = hostTarget().name): Promise<string> {
  return acquireFile(pinnedTarget(pin, target).opencode, from)
}

/** The path of the Bun executable that a target of the pin was made with. */
export function stockBun(target = hostTarget().name): Promise<string> {
  return acquireFile(pinnedTarget(pin, target).bun, from)
}

/**
 * The newest pin of which something holds: for a test of what not every release has.
 * @throws Error when there is none
 */
export async function pinWith(holds: (pin: Pin) => boolean): Promise<Pin> {
  for (const name of await listPins()) {
    const found = await readPin(name)
    if (holds(found)) return found
  }
  throw new Error(`there is no pin of which ${holds} holds`)
}
