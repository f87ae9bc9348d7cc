import { OfflineError } from "../error.ts"
import { defineProperty, reject } from "../primordials.ts"
import { bunObject } from "./builtin.ts"

/**
 * What makes a realm of its own has globals of its own, the native ones, so it is refused: ShadowRealm, and the runtime's
 * bundler and transpiler, which run macros in such a realm. OpenCode uses none of them.
 */
export function interceptRealms(scope: object = globalThis, bun = bunObject()): void {
  if ("ShadowRealm" in scope)
    defineProperty(scope, "ShadowRealm", {
      value: refused("ShadowRealm"),
      writable: true,
      configurable: true,
    })
  if (!bun) return
  bun.build = function build() {
    return reject(blocked("Bun.build"))
  }
  bun.Transpiler = refused("Bun.Transpiler")
}

function refused(name: string): unknown {
  const refusing = class {
    constructor() {
      throw blocked(name)
    }
  }
  return defineProperty(refusing, "name", { value: name })
}

function blocked(name: string): OfflineError {
  return new OfflineError(
    `${name} was blocked: OpenCode is offline, and code that it runs has globals that could not be guarded`,
  )
}
