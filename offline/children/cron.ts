import { OfflineError } from "../error.ts"
import { apply } from "../primordials.ts"

type Call = (...args: unknown[]) => unknown

/** `Bun.cron`: with a path it has the system start Bun later, where no guard is; with a function it is a timer. */
export function guardCron(native: Call): Call {
  return new Proxy(native, {
    apply(target, self, args) {
      if (typeof args[0] === "string" && typeof args[1] === "function") return apply(target, self, args)
      throw new OfflineError(
        "Bun.cron was blocked: OpenCode is offline, and a job that the system starts could not be guarded; give it a function",
      )
    },
  })
}
