// Ways out through what is built on others: the runtime's own clients of services, packages that the runtime carries in
// its own edition, and globals of another realm. Bundled with the vectors.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

/** Where a vector leads, as in `guard-vectors.ts`. */
interface Where {
  name: string
  address: string
  redirector: string
}

type Run = (where: Where) => unknown

/** Titles, and what is done; the files of offline/guard that stand in the way are the keys. */
export const clients = {
  services: {
    "bun-sql-postgres": ({ address }) => new Bun.SQL(`postgres://u:p@${address}:5432/db`).connect(),
    "bun-sql-options": ({ name }) =>
      new Bun.SQL({ adapter: "postgres", hostname: name, port: 5433, username: "u" }).connect(),
    "bun-sql-mysql": ({ address }) => new Bun.SQL(`mysql://u:p@${address}:3306/db`).connect(),
    "bun-sql-default": ({ address }) => {
      process.env.DATABASE_URL = `postgres://u:p@${address}:5432/db`
      return Bun.sql`select 1`
    },
    "bun-redis": ({ address }) => new Bun.RedisClient(`redis://${address}:6379`).connect(),
    "bun-redis-like-unix": ({ address }) => new Bun.RedisClient(`redis://a+unix:b@${address}:6379`).connect(),
    "bun-redis-unix-in-path": ({ address }) => new Bun.RedisClient(`redis://${address}/+unix:`).connect(),
    "bun-redis-default": () => Bun.redis.get("key"),
    "bun-s3": ({ address }) => new Bun.S3Client(s3(address)).file("key").text(),
    "bun-s3-static": ({ address }) => Bun.S3Client.list({}, s3(address)),
    "bun-s3-default": ({ address }) => Bun.s3.file("key", s3(address)).text(),
    "bun-s3-file": ({ address }) => Bun.file("s3://bucket/key", s3(address) as object).text(),
    "bun-s3-boxed": ({ address }) =>
      Bun.file(new String("s3://bucket/key") as never, s3(address) as object).text(),
    "bun-s3-shared": ({ address }) =>
      Bun.file(shared("s3://bucket/key") as never, s3(address) as object).text(),
    "bun-s3-write": ({ address }) => Bun.write("s3://bucket/key", "x", s3(address) as object),
  },
  carried: {
    "undici-fetch": async ({ name }) => (await carried("undici")).fetch(`http://${name}/`),
    "undici-request": async ({ name }) => (await carried("undici")).request(`http://${name}/`),
    "node-fetch": async ({ name }) => (await carried("node-fetch")).default(`http://${name}/`),
    "node-fetch-required": ({ name }) => required("node-fetch")(`http://${name}/`),
    "isomorphic-fetch": async ({ name }) => (await carried("isomorphic-fetch")).default(`http://${name}/`),
    "isomorphic-fetch-required": ({ name }) => required("isomorphic-fetch")(`http://${name}/`),
    "vercel-fetch": async ({ name }) => (await carried("@vercel/fetch")).default()(`http://${name}/`),
    "vercel-fetch-required": ({ name }) => required("@vercel/fetch")()(`http://${name}/`),
    "node-fetch-other-name": ({ name }) => required("next/dist/compiled/node-fetch")(`http://${name}/`),
    "node-fetch-again": ({ name }) => requiredAgain("node-fetch")(`http://${name}/`),
    "isomorphic-fetch-again": ({ name }) => requiredAgain("isomorphic-fetch")(`http://${name}/`),
    "vercel-fetch-again": ({ name }) => requiredAgain("@vercel/fetch")()(`http://${name}/`),
    "node-fetch-builtin": ({ name }) => builtin("node-fetch")(`http://${name}/`),
    "isomorphic-fetch-builtin": ({ name }) => builtin("isomorphic-fetch").default(`http://${name}/`),
    "vercel-fetch-builtin": ({ name }) => builtin("@vercel/fetch")()(`http://${name}/`),
    "undici-query": async ({ name, redirector }) => {
      const search = Object.getOwnPropertyDescriptor(URL.prototype, "search")!
      const elsewhere = function (this: URL) {
        this.hostname = name
      }
      Object.defineProperty(URL.prototype, "search", { ...search, set: elsewhere })
      const asked = required("undici").request(`${redirector}200`, { query: { a: "b" } })
      Object.defineProperty(URL.prototype, "search", search)
      await asked
    },
    ws: async ({ address }) => connected((await carried("ws")).default, `ws://${address}/`),
    "ws-required": ({ address }) => connected(required("ws"), `ws://${address}/`),
    "ws-again": ({ address }) => connected(requiredAgain("ws"), `ws://${address}/`),
    "ws-builtin": ({ address }) => connected(builtin("ws"), `ws://${address}/`),
    "ws-agent": ({ name }) =>
      connected(required("ws"), CLOSED, { agent: { connectOpts: { proxy: `http://${name}:8080` } } }),
    "ws-agent-options": ({ name }) =>
      connected(required("ws"), CLOSED, { agent: { options: { proxy: `http://${name}:8080` } } }),
    "ws-in-time": async ({ address }) => {
      const { default: Client } = await carried("ws")
      const Other = builtin("ws")
      let reads = 0
      const prototype = () => {
        if (reads++ === 0) new Other(`ws://${address}/`).on("error", () => {})
        return Client.prototype
      }
      const Target = new Proxy(class {}, {
        get: (target, key) => (key === "prototype" ? prototype() : Reflect.get(target, key)),
      })
      const socket: NodeJS.EventEmitter = Reflect.construct(Client, [CLOSED], Target)
      socket.on("error", () => {})
      return later()
    },
  },
  realm: {
    "shadow-realm": ({ name }) => {
      const Realm = (globalThis as unknown as { ShadowRealm: new () => { evaluate(code: string): unknown } })
        .ShadowRealm
      new Realm().evaluate(`fetch("http://${name}/").catch(() => {}); 1`)
      return later()
    },
    "macro-build": async ({ name }) => {
      const built = await Bun.build({ entrypoints: [withMacro(name)] })
      await built.outputs[0]!.text()
      await later()
    },
    "macro-transpiler": async ({ name }) => {
      const file = withMacro(name)
      new Bun.Transpiler({ loader: "ts" }).transformSync(
        readFileSync(file, "utf8").replace("./", `${dirname(file)}/`),
      )
      await later()
    },
  },
} satisfies Record<string, Record<string, Run>>

/** What goes on to the guarded `fetch` is open without that, too. */
export const throughFetch = [
  ..."undici-fetch node-fetch node-fetch-required isomorphic-fetch isomorphic-fetch-required".split(" "),
  ..."vercel-fetch vercel-fetch-required node-fetch-other-name".split(" "),
  ..."node-fetch-again isomorphic-fetch-again vercel-fetch-again".split(" "),
  ..."node-fetch-builtin isomorphic-fetch-builtin vercel-fetch-builtin".split(" "),
]

/** The guard takes away what leads elsewhere. */
export const goingOn = ["undici-query"]

/** A macro of the transpiler's runs beside the program, with its guarded `fetch`. */
export const closedTwice = ["macro-transpiler"]

function s3(address: string): Bun.S3Options {
  return { accessKeyId: "a", secretAccessKey: "b", bucket: "bucket", endpoint: `http://${address}:9000` }
}

/** A text as bytes that other threads see, too. */
function shared(text: string): Uint8Array {
  const bytes = new Uint8Array(new SharedArrayBuffer(text.length))
  bytes.set(new TextEncoder().encode(text))
  return bytes
}

/** A file that calls a macro. */
function withMacro(name: string): string {
  const folder = mkdtempSync(join(process.env.TMPDIR ?? "/tmp", "macro-"))
  const code = `export function go() { fetch("http://${name}/").catch(() => {}); return 1 }`
  writeFileSync(join(folder, "macro.ts"), code)
  const entry = join(folder, "entry.ts")
  writeFileSync(entry, `import { go } from "./macro.ts" with { type: "macro" }\nconsole.log(go())\n`)
  return entry
}

/** A package that the runtime carries; the bundler must not look for it. */
function carried(name: string) {
  return import(name)
}

/** The same, as code of CommonJS takes it. */
function required(name: string) {
  return createRequire(import.meta.url)(name)
}

/** As a package does that wants a module afresh. */
function requiredAgain(name: string) {
  const require = createRequire(import.meta.url)
  delete require.cache[name]
  return require(name)
}

// biome-ignore lint/suspicious/noExplicitAny: what the runtime carries has no types here
function builtin(name: string): any {
  return process.getBuiltinModule(name)
}

/** An address where nothing listens. */
const CLOSED = "ws://127.0.0.1:9/"

/** A socket of the class that the package `ws` has. */
function connected(
  Client: new (address: string, options?: object) => NodeJS.EventEmitter,
  address: string,
  options?: object,
): Promise<unknown> {
  return new Promise((resolve, reject) =>
    new Client(address, options).on("open", resolve).on("error", reject),
  )
}

function later(): Promise<void> {
  return new Promise((done) => setTimeout(done, 300))
}
