/**
 * Private copies of the builtins that a decision needs, taken before any other code runs. Code that decides uses only
 * these, and no iteration protocol: a program that replaces `String.prototype.slice` or `URL` changes nothing here.
 */
const { bind, call } = Function.prototype
const ObjectPrototype = Object.prototype

/** `uncurryThis(String.prototype.slice)("abc", 1)` is `"bc"`, whatever becomes of `Function.prototype.call` later. */
export const uncurryThis: <T, A extends unknown[], R>(
  method: (this: T, ...args: A) => R,
) => (self: T, ...args: A) => R = bind.bind(call)

/** The getter of a prototype, as a function: what an object says of itself, whatever properties were put over it. */
export const getter = <T>(prototype: object, name: string) =>
  uncurryThis(Object.getOwnPropertyDescriptor(prototype, name)!.get as (this: object) => T)

export const { fromCharCode } = String
export const charCodeAt = uncurryThis(String.prototype.charCodeAt)
export const indexOf = uncurryThis(String.prototype.indexOf)
export const lastIndexOf = uncurryThis(String.prototype.lastIndexOf)
export const slice = uncurryThis(String.prototype.slice)
export const toLowerCase = uncurryThis(String.prototype.toLowerCase)
export const toUpperCase = uncurryThis(String.prototype.toUpperCase)
export const toHex = uncurryThis(Number.prototype.toString as (this: number, radix: 16) => string)
export const trim = uncurryThis(String.prototype.trim)
export const startsWith = uncurryThis(String.prototype.startsWith as (this: string, text: string) => boolean)
export const endsWith = uncurryThis(String.prototype.endsWith as (this: string, text: string) => boolean)

export const toBigInt = BigInt
export const toText = String
export const toNumber = Number
export const random = Math.random
export const Bytes = Uint8Array
export const now = Date.now
export const toJson = JSON.stringify
export const fromJson = JSON.parse
export const toObject = Object as unknown as (value: unknown) => object
export const isArray = Array.isArray
/** The builtin `assign`, for what no program holds. */
export const assign = Object.assign
export const apply = Reflect.apply
export const construct = Reflect.construct
export const create = Object.create as (prototype: object | null) => object
export const freeze = Object.freeze
export const defineProperty = Object.defineProperty
export const getOwnPropertyDescriptor = Object.getOwnPropertyDescriptor
export const getOwnPropertySymbols = Object.getOwnPropertySymbols
export const ownKeys = Reflect.ownKeys
export const deleteProperty = Reflect.deleteProperty
export const getPrototypeOf = Object.getPrototypeOf
export const setPrototypeOf = Object.setPrototypeOf
export const getWeak = uncurryThis(WeakMap.prototype.get) as <V>(
  map: WeakMap<object, V>,
  key: object,
) => V | undefined
export const setWeak = uncurryThis(WeakMap.prototype.set) as <V>(
  map: WeakMap<object, V>,
  key: object,
  value: V,
) => void

/** As many answers as {@link once} keeps, and the longest text that it keeps one for. */
const KEPT = 256
const LONGEST = 256

const PrivateMap = Map
const getKept = uncurryThis(Map.prototype.get as (this: object, text: string) => unknown)
const hasKept = uncurryThis(Map.prototype.has as (this: object, text: string) => boolean)
const keep = uncurryThis(Map.prototype.set as (this: object, text: string, value: unknown) => unknown)
const forget = uncurryThis(Map.prototype.clear as (this: object) => void)
const sizeOf = getter<number>(Map.prototype, "size")

/**
 * The same function, which is asked once for a text: for one whose answer is frozen, and depends on nothing but the text.
 * What it throws is not kept.
 */
export function once<T>(read: (text: string) => T): (text: string) => T {
  const kept = new PrivateMap<string, T>()
  return (text) => {
    if (hasKept(kept, text)) return getKept(kept, text) as T
    const found = read(text)
    if (typeof text !== "string" || text.length > LONGEST) return found
    if (sizeOf(kept) >= KEPT) forget(kept)
    keep(kept, text, found)
    return found
  }
}

export const PrivatePromise = Promise
export const andThen = uncurryThis(Promise.prototype.then) as <T>(
  promise: Promise<T>,
  then: (value: T) => T,
) => Promise<T>
export const ignoreFailure = (promise: Promise<unknown>): unknown => orCatch(promise, () => {})
const orCatch = uncurryThis(Promise.prototype.catch as (this: Promise<unknown>, on: () => void) => unknown)
export const reject = Promise.reject.bind(Promise) as (reason: unknown) => Promise<never>

/**
 * A copy that inherits nothing, with more laid over it: a getter cannot answer twice, and a property that a program gave
 * to all objects is not an option of this one.
 */
export function plain<T extends object>(source: T, more?: Partial<T>): T {
  return { __proto__: null, ...source, ...more } as unknown as T
}

/**
 * What an object has and inherits, each property read once, in an object that no program holds.
 * @returns undefined for what is no object
 */
export function snapshot(source: unknown): Record<string, unknown> | undefined {
  if (typeof source !== "object" || source === null) return undefined
  const copy: Record<string, unknown> = { __proto__: null }
  for (
    let holder: object | null = source;
    holder && holder !== ObjectPrototype;
    holder = getPrototypeOf(holder)
  ) {
    const names = ownKeys(holder)
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string
      if (!(name in copy)) copy[name] = (source as Record<string, unknown>)[name]
    }
  }
  return copy
}

export const PrivateURL = globalThis.URL
export const PrivateSearchParams = globalThis.URLSearchParams
export const PrivateHeaders = globalThis.Headers
export const PrivateRequest = globalThis.Request
export const isView = ArrayBuffer.isView

const decode = uncurryThis(TextDecoder.prototype.decode)
const decoder = new TextDecoder("utf-8", { fatal: true })

/** The text that bytes are. Throws a TypeError when they are none. */
export function decodeText(bytes: ArrayBuffer | ArrayBufferView): string {
  return decode(decoder, bytes as ArrayBuffer)
}

const size = getter<number>(Blob.prototype, "size")
const byteLength = getter<number>(ArrayBuffer.prototype, "byteLength")

/** Whether a value is a stream of the web's. */
export const isStream = (value: unknown): value is ReadableStream => has(locked, value)
const locked = getter<boolean>(ReadableStream.prototype, "locked")

/** Whether a value is a blob or a file by its own state, not by what it inherits. */
export const isBlob = (value: unknown): value is Blob => has(size, value)

/** Whether a value is an `ArrayBuffer`, of this realm or another. */
export const isBuffer = (value: unknown): value is ArrayBuffer => has(byteLength, value)

function has(state: (self: object) => unknown, value: unknown): boolean {
  try {
    return state(value as object) !== undefined
  } catch {
    return false
  }
}

/** The words with a blank between them, for people. */
export function spaced(words: readonly string[], from = 0): string {
  let text = ""
  for (let index = from; index < words.length; index++)
    text += index === from ? words[index] : ` ${words[index]}`
  return text
}

/** A list from that place on, made without iteration. */
export function rest<T>(list: readonly T[], from: number): T[] {
  const copy: T[] = []
  for (let index = from; index < list.length; index++) copy[index - from] = list[index]!
  return copy
}

/** A list with one more in front, made without iteration. */
export function prepend(first: unknown, rest: readonly unknown[]): unknown[] {
  const list = [first]
  for (let index = 0; index < rest.length; index++) list[index + 1] = rest[index]
  return list
}

/** The same error with a code, by which programs know it. */
export function coded<E extends Error>(error: E, code: string): E {
  return defineProperty(error, "code", { value: code, writable: true, enumerable: true, configurable: true })
}

/** The parts of an URL that decisions are made on. */
export interface UrlParts {
  href: string
  protocol: string
  hostname: string
  /** Empty when it is the scheme's own. */
  port: string
  origin: string
}

const href = getter<string>(PrivateURL.prototype, "href")
const protocol = getter<string>(PrivateURL.prototype, "protocol")
const hostname = getter<string>(PrivateURL.prototype, "hostname")
const port = getter<string>(PrivateURL.prototype, "port")
const origin = getter<string>(PrivateURL.prototype, "origin")

const setHostname = uncurryThis(
  Object.getOwnPropertyDescriptor(PrivateURL.prototype, "hostname")!.set as (
    this: object,
    value: string,
  ) => void,
)

/** The same address at another host. */
export function withHostname(address: string, name: string): string {
  const url = new PrivateURL(address)
  setHostname(url, name)
  return href(url)
}

/** The address of an URL object, from its own state; undefined for anything else. */
export function hrefOf(value: object): string | undefined {
  try {
    return href(value)
  } catch {
    return undefined
  }
}

/**
 * Parses by the WHATWG rules, which canonicalise every spelling of a host.
 * @returns undefined when the text is no URL
 */
export function parseUrl(text: string, base?: string): UrlParts | undefined {
  try {
    const url = base === undefined ? new PrivateURL(text) : new PrivateURL(text, base)
    return {
      href: href(url),
      protocol: protocol(url),
      hostname: hostname(url),
      port: port(url),
      origin: origin(url),
    }
  } catch {
    return undefined
  }
}
