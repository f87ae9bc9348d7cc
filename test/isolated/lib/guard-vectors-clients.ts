// Ways out through what is built on others: the runtime's own clients of services, packages that the runtime carries in
// its own edition, and globals of another realm. Bundled with the vectors.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

/** Where a vector leads, as in `guard-vectors.ts`. */
interface Where {
  name: string
  address: string
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
    ws: async ({ address }) => {
      const { default: Client } = await carried("ws")
      const socket = new Client(`ws://${address}/`)
      return new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject))
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
  ..."vercel-fetch vercel-fetch-required".split(" "),
]

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

function later(): Promise<void> {
  return new Promise((done) => setTimeout(done, 300))
}
