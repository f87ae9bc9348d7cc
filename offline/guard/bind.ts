import { OfflineError } from "../error.ts"
import { apply, defineProperty, snapshot, toText } from "../primordials.ts"
import { bunObject } from "./builtin.ts"
import type { Decide } from "./decide.ts"

type Call = (...args: unknown[]) => unknown

/**
 * To listen at a name, the name is looked up. `Bun.serve` and `Bun.listen` are what the servers of `node:http`, `node:https`,
 * `node:http2`, `node:net` and `node:tls` are made of, which read them at every call.
 */
export function interceptBind(decide: Decide, bun = bunObject()): void {
  if (!bun) return
  for (const name of ["serve", "listen"]) {
    const native = bun[name] as Call
    const guarded: Call = (options) => apply(native, bun, [bindable(options, `Bun.${name}`, decide)])
    bun[name] = defineProperty(guarded, "name", { value: name })
  }
}

/**
 * The options of what listens, read once, with a host that native code need not look up.
 * @throws OfflineError when the policy does not allow the name
 */
export function bindable(given: unknown, api: string, decide: Decide): Record<string, unknown> {
  const options = snapshot(given)
  if (!options)
    throw new OfflineError(`${api} was blocked: OpenCode is offline, and its options are no object`)
  const { hostname } = options
  if (hostname !== undefined && hostname !== null && hostname !== "")
    options.hostname = decide({ host: toText(hostname), api })
  return options
}
