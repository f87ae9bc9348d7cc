// What a program inside the executable can do to the builtins that a guard may rely on. Bundled with a probe.

const yes = () => true
const loopback = () => "127.0.0.1"

/** Where the polluted prototype leads. */
const EVIL = "http://evil.example:80"

/** Each is done ahead of dialling a host that is denied. */
export const tamperings: Record<string, () => void> = {
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
  "the prototype of objects, with a proxy": () => pollute({ proxy: EVIL }),
  "the prototype of objects, with a socket": () => pollute({ socket: {}, fd: 1 }),
  "the prototype of objects, with a lookup": () =>
    pollute({
      lookup: (_name: string, _options: object, answer: (...words: unknown[]) => void) =>
        answer(null, "198.51.100.1", 4),
    }),
}

function pollute(properties: object): void {
  Object.assign(Object.prototype, properties)
}
