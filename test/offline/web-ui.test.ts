import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { brotliDecompressSync, gunzipSync } from "node:zlib"
import { writePack } from "../../offline/build/write-pack.ts"
import { createWebUi } from "../../offline/web-ui/create.ts"
import { packSource } from "../../offline/web-ui/pack.ts"
import type { WebContext } from "../../offline/web-ui/types.ts"
import { upstreamsSource } from "../../offline/web-ui/upstreams-page.ts"

const script = "document.title = 'tiny'"
const scriptHash = "'sha256-HeUJaSQ7wPmZ/yqzfRRPy8zZwyryPIn9K3Ra3sigpUc='"
const code = `console.log("${"tiny ".repeat(200)}")`
const font = Uint8Array.from([0x77, 0x4f, 0x46, 0x32, 3, 1, 4, 1])
const files = {
  "/index.html": `<!doctype html><script>${script}</script><script src="/assets/app-Bq1Xz_9k.js"></script>`,
  "/assets/app-Bq1Xz_9k.js": code,
  "/assets/plain-settings.js": code,
  "/assets/font-Dw3RzaQ1.woff2": font,
  "/terminal.wasm": Uint8Array.from([0, 0x61, 0x73, 0x6d]),
  "/site.webmanifest": "{}",
  "/favicon-96x96-v3.png": font,
  "/assets/index-Bhttfncf.css": "p{}",
}

let folder: string
let packPath: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "web-ui-"))
  packPath = path.join(folder, "web-ui.pack")
  const packed = Object.entries(files).map(([name, content]) => ({ path: name, content: bytesOf(content) }))
  await Bun.write(packPath, await writePack(packed, "/index.html"))
})

afterAll(() => rm(folder, { recursive: true }))

describe("files of the pack", () => {
  test("are found by their exact path, with their media type and nosniff", async () => {
    for (const [name, type] of [
      ["/assets/app-Bq1Xz_9k.js", "text/javascript; charset=utf-8"],
      ["/assets/font-Dw3RzaQ1.woff2", "font/woff2"],
      ["/terminal.wasm", "application/wasm"],
      ["/site.webmanifest", "application/manifest+json; charset=utf-8"],
    ] as const) {
      const response = await ask(name)
      expect(response.status).toBe(200)
      expect(response.headers.get("content-type")).toBe(type)
      expect(response.headers.get("x-content-type-options")).toBe("nosniff")
      expect(await response.bytes()).toEqual(bytesOf(files[name]))
    }
  })

  test("are sent as brotli, gzip or plain, as the client accepts", async () => {
    const name = "/assets/app-Bq1Xz_9k.js"
    const brotli = await ask(name, { "accept-encoding": "gzip, deflate, br, zstd" })
    expect(brotli.headers.get("content-encoding")).toBe("br")
    expect(brotliDecompressSync(await brotli.bytes()).toString()).toBe(code)
    const gzip = await ask(name, { "accept-encoding": "gzip, deflate, br;q=0" })
    expect(gzip.headers.get("content-encoding")).toBe("gzip")
    expect(gunzipSync(await gzip.bytes()).toString()).toBe(code)
    const plain = await ask(name, { "accept-encoding": "identity" })
    expect(plain.headers.get("content-encoding")).toBeNull()
    expect(plain.headers.get("vary")).toBe("Accept-Encoding")
    expect(plain.headers.get("content-length")).toBe(String(code.length))
  })

  test("that do not shrink are stored and sent as they are", async () => {
    const response = await ask("/assets/font-Dw3RzaQ1.woff2", { "accept-encoding": "br" })
    expect(response.headers.get("content-encoding")).toBeNull()
    expect(await response.bytes()).toEqual(font)
  })

  test("are kept for a year under a hashed name, and asked for again under any other", async () => {
    const cacheOf = async (name: string) => (await ask(name)).headers.get("cache-control")
    expect(await cacheOf("/assets/app-Bq1Xz_9k.js")).toBe("public, max-age=31536000, immutable")
    expect(await cacheOf("/assets/index-Bhttfncf.css")).toBe("public, max-age=31536000, immutable")
    expect(await cacheOf("/assets/plain-settings.js")).toBe("no-cache")
    expect(await cacheOf("/favicon-96x96-v3.png")).toBe("no-cache")
    expect(await cacheOf("/site.webmanifest")).toBe("no-cache")
  })

  test("are not sent again to a client that has them", async () => {
    const etag = (await ask("/site.webmanifest")).headers.get("etag")!
    for (const tags of [etag, `"other", ${etag}`, etag.replace("W/", ""), "*"]) {
      const response = await ask("/site.webmanifest", { "if-none-match": tags })
      expect(response.status).toBe(304)
      expect(await response.text()).toBe("")
    }
    expect((await ask("/site.webmanifest", { "if-none-match": '"other"' })).status).toBe(200)
  })

  test("are answered without a body to HEAD, with the length of the body", async () => {
    const response = await ask("/assets/plain-settings.js", {}, { method: "HEAD" })
    expect(response.headers.get("content-length")).toBe(String(code.length))
    expect(await response.text()).toBe("")
  })
})

describe("the page", () => {
  test("is the answer at the root, whatever the client accepts", async () => {
    for (const accept of ["text/html,*/*;q=0.8", "*/*", "application/json"]) {
      const response = await ask("/", { accept })
      expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8")
      expect(response.headers.get("cache-control")).toBe("no-cache")
      expect(await response.text()).toBe(files["/index.html"])
    }
  })

  test("is the answer to a browser that opens an address inside the app", async () => {
    const response = await ask("/L3RtcA/session/ses_1", { accept: "text/html" })
    expect(await response.text()).toBe(files["/index.html"])
  })

  test("is not the answer to a client that does not ask for HTML: unknown API paths are 404 as JSON", async () => {
    for (const accept of ["*/*", "application/json", ""]) {
      const response = await ask("/api/unknown", { accept })
      expect(response.status).toBe(404)
      expect(await response.json()).toEqual({
        name: "NotFoundError",
        data: { message: "No route for GET /api/unknown" },
      })
    }
  })

  test("is not the answer for an unknown file: that is 404 as plain text", async () => {
    const response = await ask("/assets/gone-Bq1Xz_9k.js", { accept: "text/html" })
    expect(response.status).toBe(404)
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8")
  })

  test("says in its corner that it is offline, when it is", async () => {
    const headed = "<!doctype html><head><title>t</title></head><body></body>"
    const dist = path.join(folder, "headed")
    await Bun.write(path.join(dist, "index.html"), headed)
    const env = { OPENCODE_APP_DIST: dist }
    const on = await ask("/", {}, { env, offline: true })
    const off = await ask("/", {}, { env, offline: false })
    expect(await off.text()).toBe(headed)
    const text = await on.text()
    expect(text).toMatch(/<style>body::after \{ content: "offline";[^<]*<\/style><\/head><body>/)
    expect(text.replace(/<style>.*<\/style>/s, "")).toBe(headed)
    expect(on.headers.get("etag")).not.toBe(off.headers.get("etag"))
  })

  test("says in its corner of which release it is, where the server is of another", async () => {
    const pack = path.join(folder, "headed.pack")
    const content = bytesOf("<!doctype html><head></head><body></body>")
    await Bun.write(pack, await writePack([{ path: "/index.html", content }], "/index.html"))
    const said = async (offline: boolean, version?: string) => {
      const made = createWebUi({ offline: () => offline, embedded: packSource(pack, version), env: {} })
      const response = await made.middleware(context("/", {}, {}), async () => {})
      return /content: "([^"]*)"/.exec(await response!.text())?.[1]
    }
    expect(await said(true)).toBe("offline")
    expect(await said(true, "1.2.3")).toBe("offline, web UI of 1.2.3")
    expect(await said(false, "1.2.3")).toBe("web UI of 1.2.3")
    expect(await said(false)).toBe(undefined)
  })

  test("may load from its own server only when offline, and its own script still runs", async () => {
    const policy = (await ask("/", {}, { offline: true })).headers.get("content-security-policy")!
    expect(policy).not.toContain("http")
    expect(policy).toContain(`script-src 'self' 'wasm-unsafe-eval' ${scriptHash};`)
    expect(policy).toContain("default-src 'self'")
    expect((await ask("/", {}, { offline: true })).headers.get("x-dns-prefetch-control")).toBe("off")
  })

  test("may load pictures from https addresses when not offline, as upstream's may", async () => {
    const response = await ask("/", {}, { offline: false })
    expect(response.headers.get("content-security-policy")).toContain("img-src 'self' data: blob: https:;")
    expect(response.headers.get("x-dns-prefetch-control")).toBeNull()
  })
})

describe("requests that are the server's own", () => {
  test("go on when a route of the API matches, whatever the client accepts", async () => {
    expect(await goesOn("/session/ses_1", { accept: "text/html" }, { routes: ["ALL", "GET", "ALL"] })).toBe(
      true,
    )
    expect(await goesOn("/site.webmanifest", {}, { routes: ["ALL", "GET"] })).toBe(true)
  })

  test("go on when they are neither GET nor HEAD", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
      expect(await goesOn("/", { accept: "text/html" }, { method })).toBe(true)
  })

  test("do not go on, to where a project is opened, for files, pages and unknown paths", async () => {
    for (const name of ["/", "/site.webmanifest", "/gone.js", "/api/unknown"])
      expect(await goesOn(name, {})).toBe(false)
  })

  test("end in 404 as JSON when nothing answered them", async () => {
    const response = webUi().notFound(context("/nothing", {}, { method: "POST" }))
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ data: { message: "No route for POST /nothing" } })
  })
})

describe("a web UI from elsewhere", () => {
  const dist = () => path.join(folder, "dist")
  beforeAll(async () => {
    await mkdir(path.join(dist(), "assets"), { recursive: true })
    await Bun.write(path.join(dist(), "index.html"), `<title>mine</title><script>${script}</script>`)
    await Bun.write(path.join(dist(), "assets", "mine-Ab1cdefg.js"), "mine")
    await Bun.write(path.join(folder, "secret.txt"), "not yours")
    await symlink(path.join(folder, "secret.txt"), path.join(dist(), "link.txt"))
    await symlink(path.join(dist(), "assets", "mine-Ab1cdefg.js"), path.join(dist(), "inside.js"))
  })

  test("comes from the folder OPENCODE_APP_DIST, or from a file: address", async () => {
    for (const env of [
      { OPENCODE_APP_DIST: dist() },
      { OPENCODE_APP_URL: pathToFileURL(dist()).href },
    ] as Record<string, string>[]) {
      const page = await ask("/deep/link", { accept: "text/html" }, { env })
      expect(await page.text()).toContain("<title>mine</title>")
      expect(page.headers.get("content-security-policy")).toContain(scriptHash)
      expect(await (await ask("/assets/mine-Ab1cdefg.js", {}, { env })).text()).toBe("mine")
      expect(await (await ask("/inside.js", {}, { env })).text()).toBe("mine")
    }
  })

  test("serves nothing from outside its folder, nor a folder", async () => {
    const env = { OPENCODE_APP_DIST: dist() }
    for (const name of [
      "/link.txt",
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/a%00.txt",
    ]) {
      const response = await ask(name, {}, { env })
      expect(response.status).toBe(404)
      expect(await response.text()).not.toContain("not yours")
    }
    expect((await ask("/assets", {}, { env })).status).toBe(404)
  })

  test("serves no file whose name, or whose folder's name, begins with a dot", async () => {
    for (const name of [".env", ".git/config", "assets/.hidden.js"])
      await Bun.write(path.join(dist(), name), "not yours")
    await symlink(path.join(dist(), ".env"), path.join(dist(), "plain.txt"))
    const env = { OPENCODE_APP_DIST: dist() }
    for (const name of ["/.env", "/%2eenv", "/.git/config", "/assets/.hidden.js", "/assets%2f.hidden.js"]) {
      const response = await ask(name, { accept: "text/html" }, { env })
      expect(await response.text()).not.toContain("not yours")
    }
    expect((await ask("/plain.txt", {}, { env })).status).toBe(404)
  })

  test("comes from the address OPENCODE_APP_URL, and the address keeps its own path", async () => {
    const asked: string[] = []
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch(request) {
        asked.push(new URL(request.url).pathname)
        const known = request.url.endsWith("/a.js")
        return new Response(known ? "code" : "<title>far</title>", {
          headers: { "content-type": known ? "text/javascript" : "text/html" },
        })
      },
    })
    const env = { OPENCODE_APP_URL: `http://127.0.0.1:${server.port}/tools/opencode` }
    expect(await (await ask("/", {}, { env })).text()).toBe("<title>far</title>")
    expect(await (await ask("/x/session", { accept: "text/html" }, { env })).text()).toBe(
      "<title>far</title>",
    )
    expect(await (await ask("/assets/a.js", {}, { env })).text()).toBe("code")
    // A host that answers everything with its page has no such file.
    expect((await ask("/assets/gone.js", {}, { env })).status).toBe(404)
    expect(asked).toEqual([
      "/tools/opencode/",
      "/tools/opencode/",
      "/tools/opencode/assets/a.js",
      "/tools/opencode/assets/gone.js",
    ])
  })

  test("at an address is asked for nothing outside of its path, however that is spelled", async () => {
    const asked: string[] = []
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch(request) {
        asked.push(new URL(request.url).pathname)
        return new Response("far", { headers: { "content-type": "text/javascript" } })
      },
    })
    const env = { OPENCODE_APP_URL: `http://127.0.0.1:${server.port}/sub/` }
    for (const name of [
      "/x%5c..%5c..%5cother",
      "/x\\..\\..\\other",
      "/x%5C..%5C..%5Cother.js",
      "/..%2f..%2fother.js",
      "/%2e%2e/other.js",
      "/.%2E/other.js",
      "/a/%2e%2e%2f%2e%2e/other.js",
      "/../other.js",
      "/./other.js",
      "/a%00.js",
      "/%zz.js",
      "/%ff.js",
    ])
      for (const accept of ["*/*", "text/html"])
        expect([name, (await ask(name, { accept }, { env })).status]).toEqual([name, 404])
    expect(asked.filter((path) => path !== "/sub/")).toEqual([])
    asked.length = 0
    for (const name of ["/a%20b%3f%23.js", "/a b?#.js", "/%252e%252e/c.js", "/é@1.js", "//other.js"])
      await ask(name, {}, { env })
    expect(asked).toEqual([
      "/sub/a%20b%3F%23.js",
      "/sub/a%20b%3F%23.js",
      "/sub/%252e%252e/c.js",
      "/sub/%C3%A9%401.js",
      "/sub//other.js",
    ])
  })

  test("that cannot be reached is 502 with the reason, and an address that is none says so", async () => {
    const refused = await ask("/", {}, { env: { OPENCODE_APP_URL: "http://127.0.0.1:9/" } })
    expect(refused.status).toBe(502)
    const invalid = await ask("/", {}, { env: { OPENCODE_APP_URL: "ftp://example.com" } })
    expect(await invalid.text()).toContain("must be an http:, https: or file: address")
  })
})

describe("without a web UI", () => {
  test("OPENCODE_DISABLE_WEB turns every page and file into 404", async () => {
    for (const name of ["/", "/deep/link", "/site.webmanifest"]) {
      const response = await ask(name, { accept: "text/html" }, { env: { OPENCODE_DISABLE_WEB: "1" } })
      expect(response.status).toBe(404)
    }
    expect((await ask("/", {}, { env: { OPENCODE_DISABLE_WEB: "false" } })).status).toBe(200)
  })

  test("a missing pack is 404 with what to do about it", async () => {
    for (const packPath of [path.join(folder, "no.pack"), undefined]) {
      const response = await ask("/", { accept: "text/html" }, { packPath })
      expect(response.status).toBe(404)
      expect(await response.text()).toContain("OPENCODE_APP_DIST")
    }
  })
})

describe("upstream's own page", () => {
  let index: string
  const far = 'fetch("https://far.example/é.json");"é"'
  const start = "fetch(".length
  const edits = {
    "/assets/far-Bq1Xz_9k.js": [
      { start, end: start + Buffer.byteLength('"https://far.example/é.json"'), text: '"data:,"' },
    ],
  }

  beforeAll(async () => {
    const own = { ...files, "/assets/far-Bq1Xz_9k.js": far }
    const listed: Record<string, string> = {}
    for (const [name, content] of Object.entries(own)) {
      const file = path.join(folder, `upstreams-${Bun.hash(name)}`)
      await Bun.write(file, content)
      listed[name.slice(1)] = file
    }
    index = path.join(folder, "opencode-web-ui.gen.js")
    await Bun.write(index, `export default ${JSON.stringify(listed)}`)
  })

  const answer = (
    url: string,
    setting: Setting & { headers?: Record<string, string>; index?: string } = {},
  ) =>
    createWebUi({
      offline: () => setting.offline ?? true,
      embedded: upstreamsSource({ index: setting.index ?? index, edits }),
      env: setting.env ?? {},
    }).answer({ method: setting.method ?? "GET", url, headers: setting.headers ?? {} })

  test("is answered offline, by its path or by a whole address, under a policy that names no other host", async () => {
    for (const url of ["/?a=b", "http://127.0.0.1:4096/"]) {
      const response = (await answer(url))!
      expect(await response.text()).toBe(files["/index.html"])
      const policy = response.headers.get("content-security-policy")!
      expect(policy).toContain(scriptHash)
      expect(policy).not.toMatch(/https:|\*/)
    }
  })

  test("is upstream's to answer with the switch off, unless another web UI is named", async () => {
    expect(await answer("/", { offline: false })).toBeUndefined()
    const env = { OPENCODE_DISABLE_WEB: "1" }
    expect((await answer("/", { offline: false, env }))!.status).toBe(404)
    expect(await answer("/", { offline: false, env: { OPENCODE_DISABLE_WEB: "off" } })).toBeUndefined()
    expect((await answer("/", { offline: false, env: { OPENCODE_APP_DIST: folder } }))!.status).toBe(404)
  })

  test("has its files sent as they are, but for what asks other hosts", async () => {
    expect(await (await answer("/assets/app-Bq1Xz_9k.js"))!.text()).toBe(code)
    expect(await (await answer("/assets/far-Bq1Xz_9k.js"))!.text()).toBe('fetch("data:,");"é"')
  })

  test("reads headers as Effect's server and as fetch have them", async () => {
    const etag = (await answer("/site.webmanifest"))!.headers.get("etag")!
    for (const headers of [{ "if-none-match": etag }, new Headers({ "If-None-Match": etag })])
      expect(
        (await answer("/site.webmanifest", { headers: headers as Record<string, string> }))!.status,
      ).toBe(304)
  })

  test("is no answer to what is no file, no address inside the app, or no GET", async () => {
    const json = (await answer("/nothing", { method: "POST" }))!
    expect([json.status, await json.json()]).toMatchObject([404, { name: "NotFoundError" }])
    expect((await answer("/gone.js", { headers: { accept: "text/html" } }))!.status).toBe(404)
    expect((await answer("/toString"))!.status).toBe(404)
  })

  test("that is not there is 404 with what to do about it", async () => {
    const response = (await answer("/", { index: path.join(folder, "none.gen.js") }))!
    expect(response.status).toBe(404)
    expect(await response.text()).toContain("OPENCODE_APP_DIST")
  })
})

interface Setting {
  method?: string
  routes?: string[]
  offline?: boolean
  env?: Record<string, string>
  packPath?: string | undefined
}

const webUi = (setting: Setting = {}) =>
  createWebUi({
    offline: () => setting.offline ?? true,
    embedded: packSource("packPath" in setting ? setting.packPath : packPath),
    env: setting.env ?? {},
  })

async function ask(
  name: string,
  headers: Record<string, string> = {},
  setting: Setting = {},
): Promise<Response> {
  const response = await webUi(setting).middleware(context(name, headers, setting), async () => {
    throw new Error(`${name} was passed on`)
  })
  return response!
}

async function goesOn(
  name: string,
  headers: Record<string, string>,
  setting: Setting = {},
): Promise<boolean> {
  let passed = false
  const response = await webUi(setting).middleware(context(name, headers, setting), async () => {
    passed = true
  })
  expect(response === undefined).toBe(passed)
  return passed
}

function context(name: string, headers: Record<string, string>, setting: Setting): WebContext {
  return {
    req: {
      method: setting.method ?? "GET",
      path: name,
      header: (key) => headers[key.toLowerCase()],
      query: () => undefined,
      matchedRoutes: (setting.routes ?? ["ALL", "ALL"]).map((method) => ({ method })),
    },
  }
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content
}
