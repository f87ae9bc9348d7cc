import { describe, expect, test } from "bun:test"
import { OPENS_SESSION_MS } from "../../scripts/harness/provider.ts"
import { type IsolatedContext, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { hostsTried, serve, serverUrl } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { once } from "../lib/once.ts"
import { runsAll } from "../lib/sampling.ts"
import { stockExecutable } from "../lib/stock.ts"
import type { Visit } from "./lib/visit.ts"
import { visit } from "./lib/visit-page.ts"
import { expectAnswers, html, isPacked } from "./lib/web-answers.ts"
import { withoutPage } from "./lib/without-page.ts"

const setup = { executable: builtExecutable(), env: { OPENCODE_OFFLINE: "1" } }
/** A model on this machine is denied through it. */
const DENIED_PROXY = { HTTP_PROXY: "http://proxy.example:3128" }
const words = { question: "What is the answer?", answer: "The mock model says hello." }
const PASSWORD = "correct horse"

/**
 * Makes the project a repository with a commit: those without one are all the same project to upstream's, that of folders
 * without a repository. In an empty folder upstream's page makes one, which ends a prompt that is already under way.
 */
async function makeRepository({ execute }: IsolatedContext): Promise<void> {
  const person = ["-c", "user.name=Someone", "-c", "user.email=someone@some.example"]
  for (const words of [["init"], [...person, "commit", "--allow-empty", "--message=First"]])
    expect(await execute("git", words)).toMatchObject({ exitCode: 0 })
}

/**
 * One server, behind a firewall that drops packets: the answers of every one; and one browser that holds a conversation on its
 * page, opens one that was held over its API, sees an update, and has the page ask for a picture elsewhere.
 */
const served = once(async () => {
  const files = { "a.txt": "not committed, so it is in the review panel\n" }
  const seen = {} as Record<"talked" | "linked" | "updated" | "strayed", Visit>
  const project = { folder: "", directory: "" }
  let wrong: unknown
  const options = { ...setup, mode: "drop", thinkingMs: OPENS_SESSION_MS, files } as const
  const result = await serve(options, async (context) => {
    project.folder = context.folder.project
    await makeRepository(context)
    wrong = await expectAnswers(context).catch((error) => error)
    const [talked, linked, updated, strayed] = await visit(
      context,
      { conversation: { project: project.folder, changed: "a.txt", ...words } },
      { overApi: { project: project.folder, question: words.question }, shows: words.answer },
      { lastVersion: "1.0.0" },
      { picture: "https://far.example/picture.png" },
    )
    Object.assign(seen, { talked, linked, updated, strayed })
    const session = /\/session\/(ses_\w+)$/.exec(seen.talked.deepLink!)![1]
    const answer = await context.fetch(`${serverUrl}/session/${session}`)
    project.directory = ((await answer.json()) as { directory: string }).directory
  })
  return { ...result, seen, project, wrong }
})

/** One server with a password whose model is denied, asked with it on its page and over its API, and without it. */
const denied = once(async () => {
  const refused: { path: string; status: number; text: string }[] = []
  let seen: Visit[] = []
  const env = { ...setup.env, ...DENIED_PROXY, OPENCODE_SERVER_PASSWORD: PASSWORD }
  const result = await serve({ ...setup, env }, async (context) => {
    // Upstream's newer releases leave what a browser asks for without the password open to all.
    const manifest = isPacked ? ["/site.webmanifest"] : []
    for (const path of ["/", "/deep/link", "/assets/none.js", "/vcs/diff", ...manifest]) {
      const answer = await context.fetch(serverUrl + path, { headers: { accept: "text/html" } })
      refused.push({ path, status: answer.status, text: await answer.text() })
    }
    const { project } = context.folder
    await makeRepository(context)
    const credentials = { username: "opencode", password: PASSWORD }
    const [question, shows] = [words.question, "was blocked"]
    seen = await visit(
      context,
      { credentials, shows: "project" },
      { credentials, conversation: { project, question, answer: shows } },
      { credentials, overApi: { project, question }, shows },
    )
  })
  const [home, onPage, overApi] = seen
  return { ...result, refused, home: home!, onPage: onPage!, overApi: overApi! }
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
    const { onPage, attempts } = await denied()
    for (const shown of [onPage.answered, onPage.reloaded, onPage.linked])
      expect(shown).toContain("was blocked")
    expect(attempts).toEqual([])
  })

  test("a denial of a prompt over the API stands in the conversation", async () => {
    const { overApi, attempts } = await denied()
    expect(overApi.text).toContain("was blocked")
    expect(attempts).toEqual([])
  })

  test("after an update the page does not ask upstream's site what is new", async () => {
    const { seen, attempts } = await served()
    expect(seen.updated).toMatchObject({ console: [], failures: [] })
    expect(originsOf(seen.updated)).toEqual(new Set([serverUrl]))
    expect(attempts).toEqual([])
  })

  test("with a password, the browser that has it gets everything and one that has not gets nothing", async () => {
    const { refused, home, attempts } = await denied()
    for (const { path, status, text } of refused) {
      expect([path, status]).toEqual([path, 401])
      expect(text).not.toContain("<")
    }
    expect(refused.length).toBeGreaterThan(3)
    expect(home).toMatchObject({ title: "OpenCode", console: [], failures: [] })
    expect(attempts).toEqual([])
  })

  test("a page that asks for something elsewhere does not get it, and is seen to ask", async () => {
    const { seen, attempts } = await served()
    expect(seen.strayed.console.join("\n")).toContain("far.example")
    expect(attempts).toEqual([])
  })
})

// Upstream's own page, where a release has one, is seen to ask elsewhere in switched-off-server.test.ts.
if (isPacked || runsAll)
  test("what the browser asks for elsewhere is recorded, where the page's policy permits it", async () => {
    const page = `<!doctype html><title>stray</title><img src="https://far.example/picture.png">`
    const stray = { env: { OPENCODE_APP_DIST: "dist" }, files: { "dist/index.html": page } }
    const result = await serve({ executable: builtExecutable(), ...stray }, async (context) => {
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

// It is read where that address is, and test/offline/web-ui.test.ts has what is answered.
if (runsAll)
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

  if (runsAll)
    test("where the page is missing inside upstream's, it is fetched", async () => {
      await using executable = await withoutPage(await stockExecutable())
      const result = await serve({ executable: executable.path }, async ({ fetch }) => {
        await fetch(`${serverUrl}/`, { headers: html })
      })
      expect(hostsTried(result)).toContain("app.opencode.ai")
    })
}

test("serve answers pages, files and unknown addresses by itself", async () => {
  const { wrong, attempts } = await served()
  if (wrong !== undefined) throw wrong
  expect(attempts).toEqual([])
})

// `web` is `serve` that opens a browser. The TUI's server is asked in offline.test.ts.
if (runsAll)
  test("web answers pages, files and unknown addresses by itself", async () => {
    const { attempts } = await runIsolated({
      ...setup,
      args: ["web", "--port", new URL(serverUrl).port],
      provider: true,
      async during(context) {
        await context.waitForServer(`${serverUrl}/global/health`)
        await expectAnswers(context)
      },
    })
    expect(attempts).toEqual([])
  })
