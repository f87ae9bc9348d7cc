import { localName } from "../policy/host.ts"
import {
  apply,
  defineProperty,
  endsWith,
  getPrototypeOf,
  isArray,
  plain,
  reject,
  toText,
} from "../primordials.ts"
import { builtin, bunObject } from "./builtin.ts"
import type { Decide } from "./decide.ts"

type Query = (...args: unknown[]) => Promise<unknown>

/** Queries whose first argument is a name or an address. */
const QUERIES = [
  ..."lookup prefetch resolve resolveAny resolveCaa resolveCname resolveMx resolveNaptr resolveNs".split(" "),
  ..."resolvePtr resolveSoa resolveSrv resolveTxt reverse lookupService".split(" "),
]

/**
 * A name is asked for only when a connection to it would be allowed. `node:dns` reads the methods of `Bun.dns`, and of
 * one native prototype that all resolvers share, at every call: replacing those covers bound imports too.
 */
export function interceptDns(decide: Decide): void {
  const bunDns = bunObject()?.dns as Record<string, Query> | undefined
  if (!bunDns) return
  const resolver = new (builtin<typeof import("node:dns")>("node:dns").Resolver)()
  const handle = (resolver as unknown as { _handle: object })._handle
  for (const methods of [bunDns, getPrototypeOf(handle) as Record<string, Query>]) {
    for (const name of QUERIES) replaceQuery(methods, name, decide)
    replaceServers(methods, decide)
  }
}

function replaceQuery(methods: Record<string, Query>, name: string, decide: Decide): void {
  const native = methods[name]
  if (!native) return
  replace(methods, name, function (this: unknown, host: unknown, ...rest: unknown[]) {
    try {
      const asksServer = name !== "lookup" && name !== "prefetch"
      const text = toText(host)
      const dial = decide({ host: text, api: `dns.${name}`, asksServer })
      if (name === "lookup" && localName(text) !== undefined) return lookUpLocal(native, this, rest)
      return apply(native, this, [dial, ...rest])
    } catch (error) {
      // A prefetch gives no promise that anyone would look at.
      if (name === "prefetch") throw error
      return reject(error)
    }
  })
}

/** Both addresses of this machine, or that of the family that is asked for; no server is. */
async function lookUpLocal(native: Query, self: unknown, [given]: unknown[]): Promise<unknown[]> {
  const options = plain<{ family?: unknown }>(Object(given))
  const family = toText(options.family)
  const ask = (address: string) => apply(native, self, [address, options]) as Promise<unknown[]>
  if (endsWith(family, "6")) return ask("::1")
  const found = await ask("127.0.0.1")
  return endsWith(family, "4") ? found : [...found, ...(await ask("::1"))]
}

/** Servers come as [family, address, port]. One that is not allowed would be sent all later queries. */
function replaceServers(methods: Record<string, Query>, decide: Decide): void {
  const native = methods.setServers
  if (!native) return
  replace(methods, "setServers", function (this: unknown, servers: unknown) {
    const copy: unknown[] = isArray(servers) ? [...servers] : []
    for (let index = 0; index < copy.length; index++) {
      const server = copy[index]
      const [family, address, port] = isArray(server) ? server : [4, server, 53]
      const host = decide({ host: toText(address), port: +port, api: "dns.setServers" })
      copy[index] = [family, host, port]
    }
    return apply(native, this, [copy])
  })
}

/** The runtime's properties are not configurable, but writable. */
function replace(methods: Record<string, Query>, name: string, value: (...args: never[]) => unknown): void {
  defineProperty(value, "name", { value: name })
  methods[name] = value as Query
}
