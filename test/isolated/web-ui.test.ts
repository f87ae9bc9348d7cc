import { describe, expect, test } from "bun:test"
import { join } from "node:path"
import { OPENS_SESSION_MS } from "../../scripts/harness/provider.ts"
import { type IsolatedContext, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { hostsTried, serve, serverUrl } from "../../scripts/harness/scenarios.ts"
import { unpackBrowser } from "../../scripts/isolation/browser-files.ts"
import { builtExecutable } from "../lib/built.ts"
import { once } from "../lib/once.ts"
import { sample } from "../lib/sampling.ts"
import { pin, stockExecutable } from "../lib/stock.ts"
import type { Visit, VisitRequest } from "./lib/visit.ts"
import { withoutPage } from "./lib/without-page.ts"

const browser = await unpackBrowser()
const setup = { executable: builtExecutable(), env: { OPENCODE_OFFLINE: "1" } }
/** Whether the build put the page inside; else it is upstream's own, from inside upstream's executable. */
const isPacked = pin.webUi !== undefined
/** A model on this machine is denied through it. */
const DENIED_PROXY = { HTTP_PROXY: "http://proxy.example:3128" }
const words = { question: "What is the answer?", answer: "The mock model says hello." }

/** Asks in a new session. @returns where the page shows the conversation */
async function askOverApi({ fetch, folder }: IsolatedContext): Promise<string> {
  const post = async (path: string, body: object): Promise<string> => {
    const headers = { "content-type": "application/json" }
    return (await fetch(serverUrl + path, { method: "POST", headers, body: JSON.stringify(body) })).text()
  }
  const { id } = JSON.parse(await post("/session", {}))
  await post(`/session/${id}/message`, { parts: [{ type: "text", text: words.question }] })
  return `${serverUrl}/${Buffer.from(folder.project).toString("base64url")}/session/${id}`
}

/**
 * Makes the project a repository with a commit: those without one are all the same project to upstream's, that of folders
 * without a repository. In an empty folder upstream's page makes one, which ends a prompt that is already under way.
 */
async function makeRepository({ execute }: IsolatedContext): Promise<void> {
  const person = ["-c", "user.name=Someone", "-c", "user.email=someone@some.example"]
  for (const words of [["init"], [...person, "commit", "--allow-empty", "--message=First"]])
    expect(await execute("git", words)).toMatchObject({ exitCode: 0 })
}

/** One server: the answers of every one, a conversation on its page, one over its API, and an update. */
const served = once(async () => {
  const files = { "a.txt": "not committed, so it is in the review panel\n" }
  const seen = {} as Record<"talked" | "linked" | "updated", Visit>
  const project = { folder: "", directory: "" }
  let wrong: unknown
  const result = await serve({ ...setup, thinkingMs: OPENS_SESSION_MS, files }, async (context) => {
    project.folder = context.folder.project
    await makeRepository(context)
    // Ahead of the first session, as there is none.
    wrong = await expectAnswers(context).catch((error) => error)
    const conversation = { project: project.folder, changed: "a.txt", ...words }
    seen.talked = await visit(context, { conversation })
    const session = /\/session\/(ses_\w+)$/.exec(seen.talked.deepLink!)![1]
    const answer = await context.fetch(`${serverUrl}/session/${session}`)
    project.directory = ((await answer.json()) as { directory: string }).directory
    const url = await askOverApi(context)
    const visits = [{ url, shows: words.answer }, { lastVersion: "1.0.0" }]
    ;[seen.linked, seen.updated] = (await visitAll(context, visits)) as [Visit, Visit]
  })
  return { ...result, seen, project, wrong }
})

/** One server whose model is denied, asked on its page and over its API; then two more browsers open what was said. */
const denied = once(async () => {
  const seen: Visit[] = []
  const shows = "was blocked"
  const result = await serve({ ...setup, env: { ...setup.env, ...DENIED_PROXY } }, async (context) => {
    const { project } = context.folder
    await makeRepository(context)
    const conversation = { project, question: words.question, answer: shows }
    seen.push(await visit(context, { conversation }))
    const url = await askOverApi(context)
    seen.push(
      ...(await visitAll(context, [
        { url, shows },
        { url, shows },
      ])),
    )
  })
  const [first, ...overApi] = seen
  return { ...result, first: first!, overApi }
})

const originsOf = ({ requests }: Visit) => new Set(requests.map((address) => new URL(address).origin))

describe("in Chromium, offline", () => {
  test("the page at a conversation's address shows it, and asks its own server alone", async () => {
    const { seen, attempts } = await served()
    expect(seen.linked).toMatchObject({
      title: expect.stringContaining("OpenCode"),
      console: [],
      failures: [],
    })
    expect(seen.linked.text).toContain(words.answer)
    expect(seen.linked.text).toContain(words.question)
    expect(originsOf(seen.linked)).toEqual(new Set([serverUrl]))
    expect(attempts).toEqual([])
  })

  test("the page opens a project and holds a conversation, without an error in the console", async () => {
    const { seen, project, attempts } = await served()
    const { talked } = seen
    expect(talked).toMatchObject({ failures: [] })
    // Chromium has a remark on a field of upstream's page.
    expect(talked.console.filter((line) => !line.startsWith("info: Autofocus"))).toEqual([])
    expect(talked.answered).toContain(words.answer)
    expect(talked.answered).toContain(words.question)
    expect(talked.reviewed).toContain("a.txt")
    expect(project.directory).toBe(project.folder)
    expect(talked.reloaded).toContain(words.answer)
    expect(talked.linked).toContain(words.answer)
    expect(originsOf(talked)).toEqual(new Set([serverUrl]))
    expect(attempts).toEqual([])
  })

  test("a denial of the first prompt stands in the conversation, there, after a reload and in another browser", async () => {
    const { first, attempts } = await denied()
    for (const shown of [first.answered, first.reloaded, first.linked]) expect(shown).toContain("was blocked")
    expect(attempts).toEqual([])
  })

  test("a denial of a prompt over the API stands in the conversation, in each browser that opens it", async () => {
    const { overApi, attempts } = await denied()
    const text = expect.stringContaining("was blocked")
    expect(overApi.map((visit) => visit.text)).toEqual([text, text])
    expect(attempts).toEqual([])
  })

  test("after an update the page does not ask upstream's site what is new", async () => {
    const { seen, attempts } = await served()
    expect(seen.updated).toMatchObject({ console: [], failures: [] })
    expect(originsOf(seen.updated)).toEqual(new Set([serverUrl]))
    expect(attempts).toEqual([])
  })

  test("with a password, the browser that has it gets everything and one that has not gets nothing", async () => {
    const password = "correct horse"
    let seen: Visit | undefined
    const result = await serve(
      { ...setup, env: { ...setup.env, OPENCODE_SERVER_PASSWORD: password } },
      async (context) => {
        // Upstream's newer releases leave what a browser asks for without the password open to all.
        const manifest = isPacked ? ["/site.webmanifest"] : []
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

  test("a page that asks for something elsewhere does not get it, and is seen to ask", async () => {
    let seen: Visit | undefined
    const result = await serve(withStrayPage(setup), async (context) => {
      seen = await visit(context, {})
    })
    expect(seen!.console.join("\n")).toContain("far.example")
    expect(result.attempts).toEqual([])
  })
})

test("what the browser asks for elsewhere is recorded, where the page's policy permits it", async () => {
  const online = { ...setup, env: {} }
  const result = await serve(withStrayPage(online), async (context) => {
    await visit(context, {})
  })
  expect(hostsTried(result)).toContain("far.example")
})

test("a web UI at an address that the policy does not allow is not fetched, and the answer says why", async () => {
  const env = { ...setup.env, OPENCODE_APP_URL: "https://far.example/app" }
  const result = await serve({ ...setup, env }, async ({ fetch }) => {
    const response = await fetch(`${serverUrl}/`)
    expect(response.status).toBe(502)
    expect(await response.text()).toMatch(/far\.example.*A person can allow it/s)
  })
  expect(result.attempts).toEqual([])
})

test("with OPENCODE_DISABLE_WEB there is no page, and the answer says so; the API is there", async () => {
  const env = { ...setup.env, OPENCODE_DISABLE_WEB: "1" }
  const result = await serve({ ...setup, env }, async ({ fetch }) => {
    const response = await fetch(`${serverUrl}/`, { headers: html })
    expect(response.status).toBe(404)
    expect(await response.text()).toContain("OPENCODE_DISABLE_WEB")
    expect(await (await fetch(`${serverUrl}/session`)).json()).toEqual([])
  })
  expect(result.attempts).toEqual([])
})

if (!isPacked) {
  test("where the page is missing inside, the answer says so, and nothing is fetched in its place", async () => {
    await using executable = await withoutPage(builtExecutable())
    const result = await serve({ ...setup, executable: executable.path }, async ({ fetch }) => {
      const response = await fetch(`${serverUrl}/`, { headers: html })
      expect(response.status).toBe(404)
      expect(await response.text()).toContain("OPENCODE_APP_DIST")
    })
    expect(result.attempts).toEqual([])
  })

  test("where the page is missing inside upstream's, it is fetched", async () => {
    await using executable = await withoutPage(await stockExecutable())
    const result = await serve({ executable: executable.path }, async ({ fetch }) => {
      await fetch(`${serverUrl}/`, { headers: html })
    })
    expect(hostsTried(result)).toContain("app.opencode.ai")
  })

  /** One server of upstream's, which is asked and then visited. */
  const upstreams = once(async () => {
    let answers: unknown[] = []
    const result = await serve({ executable: await stockExecutable() }, async (context) => {
      answers = await answersOf(context.fetch)
      await visit(context, { lastVersion: "1.0.0" })
    })
    return { ...result, answers }
  })

  test("after an update, upstream's page asks upstream's site what is new", async () => {
    expect(hostsTried(await upstreams())).toContain("opencode.ai")
  })

  test("switched off, pages, files and unknown addresses are answered as upstream's answers them", async () => {
    let ours: unknown[] = []
    await serve({ executable: builtExecutable() }, async ({ fetch }) => {
      ours = await answersOf(fetch)
    })
    expect(ours).toEqual((await upstreams()).answers)
    expect(JSON.stringify(ours)).toContain("connect-src *")
  })
}

/** What is answered to some addresses that no route of the API is for. */
async function answersOf(fetch: IsolatedContext["fetch"]) {
  const page = await (await fetch(`${serverUrl}/`, { headers: html })).text()
  const script = page.match(/src="(\/assets\/[^"]+\.js)"/)![1]!
  const answers = []
  for (const path of ["/", script, "/site.webmanifest", "/deep/link", "/assets/unknown-Ab12Cd34.js"]) {
    const response = await fetch(serverUrl + path, { headers: html })
    const headers = [...response.headers].filter(([name]) => name !== "date")
    const body = new Bun.CryptoHasher("sha256").update(await response.bytes()).digest("hex")
    answers.push({ path, status: response.status, headers, body })
  }
  return answers
}

test("serve answers pages, files and unknown addresses by itself", async () => {
  const { wrong, attempts } = await served()
  if (wrong !== undefined) throw wrong
  expect(attempts).toEqual([])
})

// `web` is `serve` that opens a browser.
for (const [name, command] of sample([
  ["the TUI's server", { args: [], pty: true }],
  ["web", { args: ["web"] }],
] as const)) {
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

const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" }

async function expectAnswers({ fetch }: IsolatedContext): Promise<void> {
  const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    fetch(serverUrl + path, { method, headers })

  const page = await ask("/", html)
  expect(page.status).toBe(200)
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8")
  expect(page.headers.get("cache-control")).toBe("no-cache")
  const policy = page.headers.get("content-security-policy")!
  expect(policy).toContain("default-src 'self'")
  expect(policy).toContain("connect-src 'self' data: blob:;")
  expect(policy).not.toMatch(/https:|\*/)
  const text = await page.text()
  expect(await (await ask("/any/where", html)).text()).toBe(text)
  const script = text.match(/src="(\/assets\/[^"]+\.js)"/)![1]!
  expect(await (await ask("/session", html)).json()).toEqual([])

  const brotli = await ask(script, { "accept-encoding": "br" })
  expect(brotli.headers.get("content-type")).toBe("text/javascript; charset=utf-8")
  expect(brotli.headers.get("cache-control")).toContain("immutable")
  const etag = brotli.headers.get("etag")!
  expect((await ask(script, { "if-none-match": etag })).status).toBe(304)
  // Upstream's own are inside as they are.
  expect(brotli.headers.get("content-encoding")).toBe(isPacked ? "br" : null)
  expect((await brotli.bytes()).length < 600_000).toBe(isPacked)
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

async function visit(context: IsolatedContext, request: Visited): Promise<Visit> {
  const [seen] = await visitAll(context, [request])
  return seen!
}

type Visited = Partial<VisitRequest>

/** Visits one after the other, each in a profile of its own. */
async function visitAll(context: IsolatedContext, requests: Visited[]): Promise<Visit[]> {
  const script = join(import.meta.dirname, "lib/visit.ts")
  const visits = requests.map((request) => ({ url: serverUrl, ...request }))
  const argument = JSON.stringify({ browser, visits })
  const { exitCode, stdout, stderr } = await context.execute(process.execPath, [script, argument])
  if (exitCode !== 0) throw new Error(`the visit failed:\n${stderr}`)
  return JSON.parse(stdout)
}
