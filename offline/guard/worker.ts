import { construct, defineProperty, isArray } from "../primordials.ts"

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
export function interceptWorkers(handover: WorkerHandover): void {
  const Native = (globalThis as { Worker?: WorkerConstructor }).Worker
  if (!Native) return
  const Guarded = new Proxy(Native, {
    construct: (target, [url, options, ...rest], newTarget) =>
      construct(target, [url, withPreload(options, handover), ...rest], newTarget) as object,
  })
  defineProperty(Native.prototype, "constructor", { value: Guarded, writable: true, configurable: true })
  defineProperty(globalThis, "Worker", {
    value: Guarded,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}

function withPreload(options: unknown, { preload, env }: WorkerHandover): object {
  const given = (typeof options === "object" && options !== null ? options : {}) as {
    preload?: string | string[]
    env?: unknown
  }
  const own = given.preload === undefined ? [] : isArray(given.preload) ? given.preload : [given.preload]
  const base = typeof given.env === "object" && given.env !== null ? given.env : process.env
  return { ...given, preload: [preload, ...own], env: { ...base, ...env } }
}
