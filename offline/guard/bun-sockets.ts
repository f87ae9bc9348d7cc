import { OfflineError } from "../error.ts"
import { localName } from "../policy/host.ts"
import { apply, isArray, plain, reject, toText } from "../primordials.ts"
import { bunObject } from "./builtin.ts"
import type { Decide } from "./decide.ts"
import { decidePipe } from "./pipe.ts"

/** `Bun.connect` to a host rejects where the policy does not allow; to a socket file or an open descriptor it does not. */
export function interceptBunSockets(decide: Decide, bun = bunObject()): void {
  const native = bun?.connect as ((options: unknown) => Promise<unknown>) | undefined
  if (!bun || !native) return
  bun.connect = function connect(options: unknown) {
    try {
      return apply(native, bun, [judged(options, decide)])
    } catch (error) {
      return reject(error)
    }
  }
}

/** What is on this machine, or open already, and leads nowhere else whatever native code reads first. */
function withoutHost(options: Record<string, unknown>): unknown {
  delete options.hostname
  delete options.host
  delete options.port
  return options
}

function judged(options: unknown, decide: Decide): unknown {
  if (typeof options !== "object" || options === null || isArray(options))
    throw new OfflineError(
      "Bun.connect was blocked: OpenCode is offline, and its options are no plain object",
    )
  const copy = plain<Record<string, unknown>>(options as Record<string, unknown>)
  decidePipe(copy.unix, "Bun.connect", decide)
  if (typeof copy.unix === "string" && copy.unix !== "") return withoutHost(copy)
  if (typeof copy.fd === "number") return withoutHost(copy)
  delete copy.unix
  delete copy.fd
  const host = toText(copy.hostname ?? copy.host ?? "")
  const port = +toText(copy.port)
  copy.hostname = decide({ host, port, api: "Bun.connect" })
  copy.port = port
  const name = copy.tls ? localName(host) : undefined
  if (name !== undefined) copy.tls = { serverName: name, ...(typeof copy.tls === "object" ? copy.tls : {}) }
  delete copy.host
  return copy
}
