import { OfflineError } from "../error.ts"
import { defineProperty } from "../primordials.ts"

/** A realm of its own has globals of its own, the native ones, so none can be made. OpenCode uses none. */
export function interceptRealms(): void {
  if (!("ShadowRealm" in globalThis)) return
  defineProperty(globalThis, "ShadowRealm", {
    value: class ShadowRealm {
      constructor() {
        throw new OfflineError(
          "ShadowRealm was blocked: OpenCode is offline, and its globals could not be guarded",
        )
      }
    },
    writable: true,
    configurable: true,
  })
}
