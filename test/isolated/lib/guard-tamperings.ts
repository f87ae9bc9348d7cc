// What a program inside the executable can do to the builtins that a guard may rely on. Bundled with a probe.

const yes = () => true
const loopback = () => "127.0.0.1"

/** Where the polluted prototype leads. */
const EVIL = "http://evil.example:80"

/** Each is done ahead of dialling a host that is denied. */
export const tamperings: Record<string, () => unknown> = {
  "methods of strings": () => {
    String.prototype.slice = String.prototype.toLowerCase = String.prototype.trim = loopback
    String.prototype.charCodeAt = () => 49
    String.prototype.startsWith = String.prototype.endsWith = String.prototype.includes = yes
    String.prototype.indexOf = String.prototype.lastIndexOf = () => 0
  },
  "regular expressions": () => {
    RegExp.prototype.test = yes
    RegExp.prototype.exec = () => ["127.0.0.1"] as never
  },
  collections: () => {
    Array.prototype.find = Array.prototype.some = Array.prototype.includes = yes as never
    Set.prototype.has = Map.prototype.has = yes
    Array.isArray = yes as never
  },
  "the iterator of arrays": () => {
    const native = Array.prototype[Symbol.iterator]
    Array.prototype[Symbol.iterator] = function iterate(this: unknown[]) {
      for (let index = 0; index < this.length; index++)
        if (this[index] === "127.0.0.1") this[index] = "evil.example"
      return native.call(this)
    } as never
  },
  "calls of functions": () => {
    Function.prototype.bind = (() => loopback) as never
    Reflect.construct = yes as never
  },
  "getters of URL": () => {
    Object.defineProperty(URL.prototype, "hostname", { get: loopback })
    Object.defineProperty(URL.prototype, "protocol", { get: () => "file:" })
    Object.defineProperty(URL.prototype, "href", { get: () => "http://127.0.0.1/" })
  },
  "URL itself": () => {
    globalThis.URL = class {
      hostname = "127.0.0.1"
      href = "http://127.0.0.1/"
      protocol = "file:"
    } as never
  },
  "the prototype of objects, with a socket file": () =>
    pollute({ unix: "/none", path: "/none", socketPath: "/none" }),
  "the prototype of objects, with an address": () =>
    pollute({ address: { family: 4, value: 2130706433n }, allowed: true, local: true, needless: false }),
  "the prototype of objects, with a proxy": () => pollute({ proxy: EVIL }),
  "the prototype of objects, with a socket": () => pollute({ socket: {}, fd: 1 }),
  "the prototype of objects, with a lookup": () =>
    pollute({
      lookup: (_name: string, _options: object, answer: (...words: unknown[]) => void) =>
        answer(null, "198.51.100.1", 4),
    }),
  "the constructors of requests": () => {
    const { Request: Native } = globalThis
    globalThis.Request = function Request() {
      return new Native(EVIL)
    } as never
    globalThis.Headers = class extends Map {} as never
  },
  "the guard's own modules": async () => {
    for (const name of ["guard", "index"]) {
      const module = `/$bunfs/root/offline/${name}.js`
      for (const exported of Object.values(await import(module))) spoil(exported)
    }
  },
}

/** Has whatever an export is, gives and leads to allow everything, where it can be changed. */
function spoil(value: unknown, seen = new Set<unknown>()): void {
  if (typeof value === "function" && value.name === "currentState") spoil(value(), seen)
  if (typeof value !== "object" || value === null || seen.has(value)) return
  seen.add(value)
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === "object") spoil(inner, seen)
    else Reflect.set(value, key, "80")
  }
  const matcher = { kind: "name", name: "evil.example" }
  if (Array.isArray(value)) Reflect.set(value, value.length, { text: "evil.example", origin: "", matcher })
}

function pollute(properties: object): void {
  Object.assign(Object.prototype, properties)
}
