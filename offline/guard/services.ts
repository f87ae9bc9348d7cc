import { OfflineError } from "../error.ts"
import { bracketed } from "../policy/host.ts"
import {
  apply,
  construct,
  decodeText,
  defineProperty,
  hrefOf,
  indexOf,
  isBlob,
  isBuffer,
  isView,
  PrivateURL,
  parseUrl,
  prepend,
  slice,
  toLowerCase,
  toText,
  withHostname,
} from "../primordials.ts"
import { bunObject } from "./builtin.ts"
import type { Decide } from "./decide.ts"

type Bun = Record<string, unknown>
type Constructor = new (...args: unknown[]) => Record<string, unknown>
type Call = (...args: unknown[]) => unknown

/**
 * The runtime's clients of databases and object stores, which connect natively. Redis' host is decided on when the client
 * is made; the client that is there from the start is made on first use. SQL and object stores are refused altogether:
 * OpenCode uses neither, each call of the latter may name another endpoint, and the former would be loaded to be guarded.
 */
export function interceptServices(decide: Decide, bun = bunObject()): void {
  if (!bun) return
  refuseSql(bun)
  guardRedis(bun, decide)
  refuseS3(bun)
}

/** Assigned unseen: to read one, and to ask whether it is there, loads the runtime's database code, in every worker. */
function refuseSql(bun: Bun): void {
  function refuse(): never {
    throw new OfflineError(
      "Bun.SQL was blocked: OpenCode is offline, and it follows no policy; use bun:sqlite, or a client from npm",
    )
  }
  const refused = new Proxy(refuse, {
    construct: refuse,
    get: (target, name) =>
      typeof name === "symbol" || name in target
        ? (target as never as Record<PropertyKey, unknown>)[name]
        : refuse(),
  })
  for (const name of ["SQL", "sql", "postgres"]) bun[name] = refused
}

function guardRedis(bun: Bun, decide: Decide): void {
  const Native = bun.RedisClient as Constructor | undefined
  if (!Native) return
  const Guarded = new Proxy(Native, {
    construct: (target, args, newTarget) =>
      construct(target, [redisAddress(args[0], decide), args[1]], newTarget) as never,
  })
  defineProperty(Native.prototype, "constructor", { value: Guarded, writable: true, configurable: true })
  bun.RedisClient = Guarded
  bun.redis = onFirstUse(() => new Guarded())
}

function redisAddress(given: unknown, decide: Decide): string {
  const { VALKEY_URL, REDIS_URL } = process.env
  const text =
    typeof given === "object" && given
      ? (hrefOf(given) ?? toText(given))
      : toText(given ?? VALKEY_URL ?? REDIS_URL ?? "redis://localhost:6379")
  if (isUnix(text)) return text
  const url = parseUrl(text)
  if (!url?.hostname)
    throw new OfflineError(`Bun.RedisClient was blocked: OpenCode is offline, and ${text} names no host`)
  const host = decide({ host: url.hostname, port: +(url.port || 6379), api: "Bun.RedisClient" })
  return withHostname(url.href, bracketed(host))
}

/** Whether an address is a socket file's, by its scheme: the rest of an address may spell anything. */
function isUnix(address: string): boolean {
  const scheme = toLowerCase(slice(address, 0, indexOf(address, ":")))
  return (
    scheme === "unix" ||
    scheme === "redis+unix" ||
    scheme === "redis+tls+unix" ||
    scheme === "valkey+unix" ||
    scheme === "valkey+tls+unix"
  )
}

function refuseS3(bun: Bun): void {
  const Native = bun.S3Client as Constructor | undefined
  if (!Native) return
  const refuse = () => {
    throw new OfflineError(
      "Bun's S3 client was blocked: OpenCode is offline, and it follows no policy; use fetch",
    )
  }
  const methods = "file write list presign exists size stat unlink delete".split(" ")
  for (const name of methods) {
    for (const holder of [Native, Native.prototype] as Record<string, unknown>[])
      if (name in holder) holder[name] = refuse
  }
  // Assigned unseen: in some releases of the runtime, a worker that has made this client cannot end without a crash.
  bun.s3 = Object.create(Native.prototype)
  bun.S3Client = new Proxy(Native, { construct: refuse })
  for (const name of ["file", "write"]) {
    const native = bun[name] as Call
    const guarded: Call = (given, ...rest) => {
      const place = placeOf(given)
      return isS3(place) ? refuse() : apply(native, bun, prepend(place, rest))
    }
    bun[name] = defineProperty(guarded, "name", { value: name })
  }
}

function isS3(place: unknown): boolean {
  const text = typeof place === "object" && place ? (hrefOf(place) ?? "") : toText(place)
  return toLowerCase(slice(text, 0, 3)) === "s3:"
}

/**
 * A place as native code takes it, in a shape that no program holds: a descriptor, a text, an URL, or a file that was
 * opened, and so decided on, before.
 * @throws OfflineError for any other shape, of which native code may make an address
 */
function placeOf(place: unknown): unknown {
  if (typeof place === "number" || typeof place === "string" || isBlob(place)) return place
  if (typeof place === "object" && place) {
    const address = hrefOf(place)
    if (address !== undefined) return new PrivateURL(address)
    if (isView(place) || isBuffer(place)) return decodeText(place)
  }
  throw new OfflineError(
    "Bun.file was blocked: OpenCode is offline, and the place is neither a text, an URL nor bytes",
  )
}

/** A client that is made when something of it is used: making it may be refused. */
function onFirstUse<T extends object>(make: () => T): T {
  let made: T | undefined
  const client = () => {
    made ??= make()
    return made
  }
  return new Proxy((() => {}) as unknown as T, {
    apply: (_target, _self, args) => apply(client() as unknown as Call, undefined, args),
    get(_target, name) {
      const value = (client() as Record<PropertyKey, unknown>)[name]
      return typeof value === "function"
        ? (...args: unknown[]) => apply(value as Call, client(), args)
        : value
    },
    set(_target, name, value) {
      ;(client() as Record<PropertyKey, unknown>)[name] = value
      return true
    },
  })
}
