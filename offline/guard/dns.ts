import { localName } from "../policy/host.ts"
import {
  apply,
  defineProperty,
  endsWith,
  getPrototypeOf,
  isArray,
  plain,
  prepend,
  reject,
  toObject,
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
export function interceptDns(decide: Decide, holders = methodsOfDns()): void {
  for (const methods of holders) {
    for (const name of QUERIES) replaceQuery(methods, name, decide)
    replaceServers(methods, decide)
  }
}

/** `Bun.dns`, and the prototype of all resolvers. */
function methodsOfDns(): Record<string, Query>[] {
  const bunDns = bunObject()?.dns as Record<string, Query> | undefined
  if (!bunDns) return []
  const resolver = new (builtin<typeof import("node:dns")>("node:dns").Resolver)()
  const handle = (resolver as unknown as { _handle: object })._handle
  return [bunDns, getPrototypeOf(handle) as Record<string, Query>]
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
      return apply(native, this, prepend(dial, rest))
    } catch (error) {
      // A prefetch gives no promise that anyone would look at.
      if (name === "prefetch") throw error
      return reject(error)
    }
  })
}

/** Both addresses of this machine, or that of the family that is asked for; no server is. */
async function lookUpLocal(native: Query, self: unknown, rest: unknown[]): Promise<unknown[]> {
  const options = plain<{ family?: unknown }>(toObject(rest[0]))
  const family = toText(options.family)
  const ask = (address: string) => apply(native, self, [address, options]) as Promise<unknown[]>
  if (endsWith(family, "6")) return ask("::1")
  const found = await ask("127.0.0.1")
  if (endsWith(family, "4")) return found
  const more = await ask("::1")
  for (let index = 0; index < more.length; index++) found[found.length] = more[index]
  return found
}

/** Servers come as [family, address, port]. One that is not allowed would be sent all later queries. */
function replaceServers(methods: Record<string, Query>, decide: Decide): void {
  const native = methods.setServers
  if (!native) return
  replace(methods, "setServers", function (this: unknown, servers: unknown) {
    const copy: unknown[] = []
    const given: unknown[] = isArray(servers) ? servers : []
    for (let index = 0; index < given.length; index++) {
      const server = given[index]
      const parts = isArray(server) ? server : [4, server, 53]
      const port = +toText(parts[2])
      copy[index] = [parts[0], decide({ host: toText(parts[1]), port, api: "dns.setServers" }), port]
    }
    return apply(native, this, [copy])
  })
}

/** The runtime's properties are not configurable, but writable. */
function replace(methods: Record<string, Query>, name: string, value: (...args: never[]) => unknown): void {
  defineProperty(value, "name", { value: name })
  methods[name] = value as Query
}
