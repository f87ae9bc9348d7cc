import { isMainThread } from "../handover.ts"
import { construct, defineProperty, fromJson, isArray, prepend, toJson } from "../primordials.ts"
import type { HeldProxies } from "./proxy.ts"

/** Carries the proxies that the runtime holds to a worker, which is not told by its own environment. */
const HELD = "OPENCODE_OFFLINE_PROXIES"

/** What {@link interceptWorkers} handed to this worker; undefined in the main thread, which takes nothing. */
export function takeProxies(): HeldProxies | undefined {
  const handed = process.env[HELD]
  delete process.env[HELD]
  return isMainThread() || handed === undefined ? undefined : fromJson(handed)
}

export interface WorkerHandover {
  /** The module that a worker runs before its own. */
  preload: string
  /** Variables that tell that module what the main thread resolved. */
  env: Record<string, string>
}

type WorkerConstructor = new (...args: unknown[]) => object

/**
 * A worker starts without the process's preload, so it gets one of its own, ahead of any that the caller names. The class
 * of `node:worker_threads` is made of the global one, which it looks up when it is loaded.
 */
export function interceptWorkers(handover: WorkerHandover, held: HeldProxies, scope = globalThis): void {
  const Native = (scope as { Worker?: WorkerConstructor }).Worker
  if (!Native) return
  const Guarded = new Proxy(Native, {
    construct: (target, args, newTarget) =>
      construct(target, [args[0], withPreload(args[1], handover, held)], newTarget) as object,
  })
  defineProperty(Native.prototype, "constructor", { value: Guarded, writable: true, configurable: true })
  defineProperty(scope, "Worker", {
    value: Guarded,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}

function withPreload(options: unknown, { preload, env }: WorkerHandover, held: HeldProxies): object {
  const given = (typeof options === "object" && options !== null ? options : {}) as {
    preload?: string | string[]
    env?: unknown
  }
  const own = given.preload === undefined ? [] : isArray(given.preload) ? given.preload : [given.preload]
  const base = typeof given.env === "object" && given.env !== null ? given.env : process.env
  // As they are now, in an object without a prototype, of which no `toJSON` is asked.
  const proxies = { [HELD]: toJson(held) }
  return { ...given, preload: prepend(preload, own), env: { ...base, ...env, ...proxies } }
}
