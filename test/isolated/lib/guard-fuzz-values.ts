// Every kind of value that JavaScript has, in the place of a text or of options. Bundled with the probe.
import vm from "node:vm"

/** Makes a value that a reader may take for the text, or for the options; some give a harmless one ahead of it. */
export type Kind<T> = (meant: T, harmless: T) => unknown

type Options = Record<string, unknown>

const realm = vm.createContext({})
/** A function of another realm, which makes objects of that realm. */
const elsewhere = (code: string) => vm.runInContext(code, realm) as (value: unknown) => object

/** Answers with something else from the nth time on. */
function changing<T>(from: number, first: T, then: T): () => T {
  let asked = 0
  return () => (++asked < from ? first : then)
}

/** What objects have that stand for a text, whoever reads them by whatever name. */
const spelt = (text: () => string) => ({
  toString: text,
  valueOf: text,
  [Symbol.toPrimitive]: text,
  toJSON: text,
  get href() {
    return text()
  },
})

const bytes = (text: string, buffer: ArrayBufferLike) => {
  new Uint8Array(buffer).set(new TextEncoder().encode(text))
  return buffer
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

export const texts: Record<string, Kind<string>> = {
  primitive: (text) => text,
  boxed: (text) => new String(text),
  array: (text) => [text],
  "array of arrays": (text) => [[text]],
  "array-like": (text) => ({ 0: text, length: 1, ...spelt(() => text) }),
  object: (text) => spelt(() => text),
  function: (text) => Object.assign(() => text, { toString: () => text, href: text, url: text }),
  class: (text) => Object.assign(class {}, { toString: () => text, href: text }),
  proxy: (text) =>
    new Proxy(
      spelt(() => text),
      {},
    ),
  "proxy of a text": (text) => new Proxy(new String(text), {}),
  "changing, at the 2nd": (text, harmless) => spelt(changing(2, harmless, text)),
  "changing, at the 3rd": (text, harmless) => spelt(changing(3, harmless, text)),
  "changing, at the 4th": (text, harmless) => spelt(changing(4, harmless, text)),
  inherited: (text) => Object.create(spelt(() => text)),
  "without a prototype": (text) =>
    Object.assign(
      Object.create(null),
      spelt(() => text),
    ),
  "other realm": (text) => elsewhere("(text) => new String(text)")(text),
  "other realm's array": (text) => elsewhere("(text) => [text]")(text),
  "other realm's bytes": (text) =>
    elsewhere("(bytes) => new Uint8Array(bytes).buffer")([...new TextEncoder().encode(text)]),
  bytes: (text) => new TextEncoder().encode(text),
  buffer: (text) => bytes(text, new ArrayBuffer(text.length)),
  "shared bytes": (text) => bytes(text, new SharedArrayBuffer(text.length)),
  "view of shared bytes": (text) => new Uint8Array(bytes(text, new SharedArrayBuffer(text.length))),
  blob: (text) => new Blob([text]),
  revoked: (text) => revoked(spelt(() => text)),
  // biome-ignore lint/suspicious/noThenProperty: one of the kinds
  thenable: (text) => ({ ...spelt(() => text), then: (resolve: (text: string) => void) => resolve(text) }),
  url: (text) => (URL.canParse(text) ? new URL(text) : text),
  "url that says another": (text, harmless) =>
    Object.defineProperty(URL.canParse(text) ? new URL(text) : new URL("http://a/"), "href", {
      get: () => harmless,
    }),
  "symbol of a text": (text) => ({ description: text, ...spelt(() => text) }),
}

export const objects: Record<string, Kind<Options>> = {
  plain: (options) => options,
  array: (options) => Object.assign([], options),
  "array of options": (options) => [options],
  "array-like": (options) => ({ 0: options, length: 1, ...options }),
  function: (options) => Object.assign(() => options, options),
  boxed: (options) => Object.assign(new Number(5), options),
  "boxed text": (options) => Object.assign(new String("text"), options),
  proxy: (options) => new Proxy(options, {}),
  "proxy that hides": (options) => new Proxy(options, { ownKeys: () => [], has: () => false }),
  "proxy that changes": (options, harmless) => {
    let asked = 0
    return new Proxy(options, {
      get: (target, key) => Reflect.get(asked++ < 40 ? { ...target, ...harmless } : target, key),
    })
  },
  ...Object.fromEntries(
    [2, 3, 4].map((from): [string, Kind<Options>] => [
      `getters that change, at the ${from}th`,
      (options, harmless) =>
        getters(options, (key) => changing(from, harmless[key] ?? options[key], options[key])),
    ]),
  ),
  getters: (options) => getters(options, (key) => () => options[key]),
  "getters of a class": (options) => Object.create(getters(options, (key) => () => options[key])),
  inherited: (options) => Object.create(options),
  "without a prototype": (options) => Object.assign(Object.create(null), options),
  hidden: (options) =>
    Object.defineProperties(
      {},
      Object.fromEntries(Object.entries(options).map(([key, value]) => [key, { value, enumerable: false }])),
    ),
  "other realm": (options) => Object.assign(elsewhere("() => ({})")(0), options),
  "other realm's function": (options) => Object.assign(elsewhere("() => () => {}")(0), options),
  "shared bytes": (options) => Object.assign(new SharedArrayBuffer(8), options),
  map: (options) => Object.assign(new Map(Object.entries(options)), options),
  date: (options) => Object.assign(new Date(), options),
  error: (options) => Object.assign(new Error("options"), options),
  promise: (options) => Object.assign(Promise.resolve(options), options),
  // biome-ignore lint/suspicious/noThenProperty: one of the kinds
  thenable: (options) => ({ ...options, then: (resolve: (value: object) => void) => resolve(options) }),
  revoked: (options) => revoked(options),
}

function getters(options: Options, make: (key: string) => () => unknown): object {
  return Object.defineProperties(
    {},
    Object.fromEntries(Object.keys(options).map((key) => [key, { get: make(key), enumerable: true }])),
  )
}
