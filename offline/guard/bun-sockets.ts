import { isBelowLocalhost } from "../policy/host.ts"
import { apply, isArray, plain, reject, toText } from "../primordials.ts"
import { bunObject } from "./builtin.ts"
import type { Decide } from "./decide.ts"

/** `Bun.connect` to a host rejects where the policy does not allow; to a socket file or an open descriptor it does not. */
export function interceptBunSockets(decide: Decide): void {
  const bun = bunObject()
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

function judged(options: unknown, decide: Decide): unknown {
  if (typeof options !== "object" || options === null || isArray(options)) return options
  const copy = plain<Record<string, unknown>>(options as Record<string, unknown>)
  if (copy.unix || copy.fd !== undefined) return copy
  const host = toText(copy.hostname ?? copy.host ?? "")
  const port = +toText(copy.port)
  copy.hostname = decide({ host, port, api: "Bun.connect" })
  copy.port = port
  if (copy.tls && isBelowLocalhost(host))
    copy.tls = { serverName: host, ...(typeof copy.tls === "object" ? copy.tls : {}) }
  delete copy.host
  return copy
}
