import { describe, expect, test } from "bun:test"
import { join } from "node:path"
import { type IsolatedContext, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { hostsTried, serve, serverUrl } from "../../scripts/harness/scenarios.ts"
import { unpackBrowser } from "../../scripts/isolation/browser-files.ts"
import { builtExecutable, hasPatch } from "../lib/built.ts"
import type { Visit, VisitRequest } from "./lib/visit.ts"

const browser = await unpackBrowser()
const setup = { executable: builtExecutable(), env: { OPENCODE_OFFLINE: "1" } }
/** Else the page is upstream's own, from inside upstream's executable. */
const servesOwnPage = hasPatch("server-serve-web-ui")
const words = { question: "What is the answer?", answer: "The mock model says hello." }

describe("in Chromium, offline", () => {
  test("the page at a conversation's address shows it, and asks its own server alone", async () => {
    let seen: Visit | undefined
    const result = await serve(setup, async (context) => {
      const post = async (path: string, body: object): Promise<string> => {
        const headers = { "content-type": "application/json" }
        const init = { method: "POST", headers, body: JSON.stringify(body) }
        return (await context.fetch(serverUrl + path, init)).text()
      }
      const { id } = JSON.parse(await post("/session", {}))
      await post(`/session/${id}/message`, { parts: [{ type: "text", text: words.question }] })
      const project = Buffer.from(context.folder.project).toString("base64url")
      seen = await visit(context, { url: `${serverUrl}/${project}/session/${id}`, shows: words.answer })
    })
    expect(seen).toMatchObject({ title: expect.stringContaining("OpenCode"), console: [], failures: [] })
    expect(seen!.text).toContain(words.question)
    expect(new Set(seen!.requests.map((address) => new URL(address).origin))).toEqual(new Set([serverUrl]))
    expect(result.attempts).toEqual([])
  })

  if (servesOwnPage)
    test("the page opens a project and holds a conversation, without a word in the console", async () => {
      let seen: Visit | undefined
      let project = ""
      const result = await serve(
        { ...setup, files: { "a.txt": "not committed, so it is in the review panel\n" } },
        async (context) => {
          project = context.folder.project
          await context.execute("git", ["init", "--quiet"])
          seen = await visit(context, { conversation: { project, ...words } })
        },
      )
      expect(seen).toMatchObject({ console: [], failures: [] })
      expect(seen!.answered).toContain(words.answer)
      expect(seen!.answered).toContain(words.question)
      expect(seen!.answered).toContain("a.txt")
      expect(seen!.deepLink).toStartWith(
        `${serverUrl}/${Buffer.from(project).toString("base64url")}/session/ses_`,
      )
      expect(seen!.reloaded).toContain(words.answer)
      expect(seen!.linked).toContain(words.answer)
      expect(new Set(seen!.requests.map((address) => new URL(address).origin))).toEqual(new Set([serverUrl]))
      expect(result.attempts).toEqual([])
    })

  test("with a password, the browser that has it gets everything and one that has not gets nothing", async () => {
    const password = "correct horse"
    let seen: Visit | undefined
    const result = await serve(
      { ...setup, env: { ...setup.env, OPENCODE_SERVER_PASSWORD: password } },
      async (context) => {
        // Upstream's leaves what a browser asks for without the password open to all.
        const manifest = servesOwnPage ? ["/site.webmanifest"] : []
        for (const path of ["/", "/deep/link", "/assets/none.js", "/vcs/diff", ...manifest]) {
          const refused = await context.fetch(serverUrl + path, { headers: { accept: "text/html" } })
          expect([path, refused.status]).toEqual([path, 401])
          expect(await refused.text()).not.toContain("<")
        }
        seen = await visit(context, {
          credentials: { username: "opencode", password },
          shows: "project",
        })
      },
    )
    expect(seen).toMatchObject({ title: "OpenCode", console: [], failures: [] })
    expect(result.attempts).toEqual([])
  })

  if (servesOwnPage)
    test("a page that asks for something elsewhere does not get it, and is seen to ask", async () => {
      let seen: Visit | undefined
      const result = await serve(withStrayPage(setup), async (context) => {
        seen = await visit(context, {})
      })
      expect(seen!.console.join("\n")).toContain("far.example")
      expect(result.attempts).toEqual([])
    })
})

if (servesOwnPage)
  test("what the browser asks for elsewhere is recorded, where the page's policy permits it", async () => {
    const online = { ...setup, env: {} }
    const result = await serve(withStrayPage(online), async (context) => {
      await visit(context, {})
    })
    expect(hostsTried(result)).toContain("far.example")
  })

if (servesOwnPage)
  test("a web UI at an address that the policy does not allow is not fetched, and the answer says why", async () => {
    const env = { ...setup.env, OPENCODE_APP_URL: "https://far.example/app" }
    const result = await serve({ ...setup, env }, async ({ fetch }) => {
      const response = await fetch(`${serverUrl}/`)
      expect(response.status).toBe(502)
      expect(await response.text()).toMatch(/far\.example.*OPENCODE_OFFLINE_ALLOW/s)
    })
    expect(result.attempts).toEqual([])
  })

for (const [name, command] of [
  ["serve", { args: ["serve"] }],
  ["web", { args: ["web"] }],
  ["the TUI's server", { args: [], pty: true }],
] as const) {
  test(`${name} answers pages, files and unknown addresses by itself`, async () => {
    const port = new URL(serverUrl).port
    const result = await runIsolated({
      ...setup,
      ...command,
      args: [...command.args, "--port", port],
      provider: true,
      async during(context) {
        await context.waitForServer(`${serverUrl}/global/health`)
        await expectAnswers(context)
      },
    })
    expect(result.attempts).toEqual([])
  })
}

async function expectAnswers({ fetch }: IsolatedContext): Promise<void> {
  const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    fetch(serverUrl + path, { method, headers })
  const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" }

  const page = await ask("/", html)
  expect(page.status).toBe(200)
  expect(page.headers.get("content-type")).toStartWith("text/html")
  expect(page.headers.get("content-security-policy")).toContain("default-src 'self'")
  const text = await page.text()
  expect(await (await ask("/any/where", html)).text()).toBe(text)
  const script = text.match(/src="(\/assets\/[^"]+\.js)"/)![1]!
  const code = await ask(script)
  expect(code.headers.get("content-type")).toStartWith("text/javascript")
  expect((await code.bytes()).length).toBeGreaterThan(100_000)
  expect(await (await ask("/session", html)).json()).toEqual([])
  if (!servesOwnPage) return

  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8")
  expect(page.headers.get("cache-control")).toBe("no-cache")
  expect(page.headers.get("content-security-policy")).not.toContain("https:")
  const brotli = await ask(script, { "accept-encoding": "br" })
  expect(brotli.headers.get("content-type")).toBe("text/javascript; charset=utf-8")
  expect(brotli.headers.get("content-encoding")).toBe("br")
  expect(brotli.headers.get("cache-control")).toContain("immutable")
  const etag = brotli.headers.get("etag")!
  expect((await brotli.bytes()).length).toBeLessThan(600_000)
  expect((await ask(script, { "if-none-match": etag })).status).toBe(304)
  const plain = await ask(script, { "accept-encoding": "identity" })
  expect(plain.headers.get("content-encoding")).toBeNull()
  expect((await plain.bytes()).length).toBeGreaterThan(1_000_000)

  const unknownFile = await ask("/assets/unknown-Ab12Cd34.js", html)
  expect([unknownFile.status, unknownFile.headers.get("content-type")]).toEqual([
    404,
    "text/plain; charset=utf-8",
  ])
  for (const [path, method] of [
    ["/no/such/route", "GET"],
    ["/no/such/route", "POST"],
    ["/", "POST"],
  ] as const) {
    const unknown = await ask(path, { accept: "*/*" }, method)
    expect([method, path, unknown.status]).toEqual([method, path, 404])
    expect(await unknown.json()).toMatchObject({ name: "NotFoundError" })
  }
}

/** A web UI of the test's own, whose page asks another host for a picture as soon as it is opened. */
function withStrayPage<T extends { env: Record<string, string> }>(base: T) {
  const page = `<!doctype html><title>stray</title><img src="https://far.example/picture.png">`
  return {
    ...base,
    env: { ...base.env, OPENCODE_APP_DIST: "dist" },
    files: { "dist/index.html": page },
  }
}

async function visit(context: IsolatedContext, request: Partial<VisitRequest>): Promise<Visit> {
  const script = join(import.meta.dirname, "lib/visit.ts")
  const argument = JSON.stringify({ browser, url: serverUrl, ...request })
  const { exitCode, stdout, stderr } = await context.execute(process.execPath, [script, argument])
  if (exitCode !== 0) throw new Error(`the visit failed:\n${stderr}`)
  return JSON.parse(stdout)
}
