import { afterAll, beforeAll, expect, test } from "bun:test"
import { cp, mkdir, readdir, readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import {
  readModuleGraph,
  replaceModule,
  writeExecutable,
  writeModuleGraph,
} from "../../scripts/container/index.ts"
import { namesIn } from "../../scripts/contents/names.ts"
import { type IsolatedContext, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { hostsTried, toolResults } from "../../scripts/harness/scenarios.ts"
import type { CommandResult } from "../../scripts/isolation/request.ts"
import { PRODUCT, pinName } from "../../scripts/pins/pin.ts"
import { once } from "../lib/once.ts"
import { copyProject, type Project } from "../lib/project.ts"
import { sample } from "../lib/sampling.ts"
import { pinWith, stockExecutable, target } from "../lib/stock.ts"
import { converseOverApi } from "./lib/background-server.ts"

// OpenCode 2.x, of which there is a preview: one server in the background serves all clients of a user.

let project: Project
let stock: string

beforeAll(async () => {
  const preview = await pinWith(({ product }) => product !== PRODUCT)
  stock = await stockExecutable(target.name, preview)
  project = await copyProject()
  await build(pinName(preview), "built")
  const graph = readModuleGraph(await readFile(built()))
  // No patch applies to the preview, and without one a project's code cannot be left out, as a lock alone would have it.
  const policy = { mode: "always", allow: ["llm.example"], locked: true, projectCode: "allow" }
  await mkdir(dirname(built("locked")))
  await writeExecutable(
    built("locked"),
    writeModuleGraph(replaceModule(graph, namesIn(graph).policy, Buffer.from(JSON.stringify(policy)))),
  )
})
afterAll(() => project.remove())

async function build(pin: string, out: string): Promise<void> {
  const words = ["--pin", pin, "--core-only", "--out", out]
  const { exitCode, stderr } = await project.build(words)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) })
}

const built = (name = "built") => join(project.folder, name, "opencode")

const OFFLINE = { OPENCODE_OFFLINE: "1" }

/** Says what a program finds that the model has run. */
const turns = [
  { tool: "bash", input: { command: 'echo "state is $XDG_STATE_HOME."', description: "Print a line" } },
  { text: "The mock model says hello." },
]

/** One conversation, for what is to be seen of an executable that is offline and has no other settings. */
const offline = once(() => converseOverApi({ executable: built(), env: OFFLINE, turns }))

test.concurrent("a session over the API of serve is answered, and nothing is tried", async () => {
  const result = await offline()
  expect(result.answer).toBe("The mock model says hello.")
  expect(result.stdout).toStartWith("offline (OPENCODE_OFFLINE=1)")
  expect(result.attempts).toEqual([])
})

test.concurrent("what the model runs has the folder of state that is named by none", async () => {
  expect(toolResults(await offline())[0]).toContain("state is .")
})

/** A catalogue with a provider that needs no sign-in, as upstream keeps it. */
const CACHED = {
  ".cache/opencode/models.json": JSON.stringify({
    cached: {
      id: "cached",
      name: "Cached",
      env: ["TEST_KEY"],
      npm: "@ai-sdk/openai-compatible",
      api: "http://127.0.0.1:4010/v1",
      models: {
        "cached-model": {
          id: "cached-model",
          name: "Cached",
          release_date: "2026-01-01",
          attachment: false,
          reasoning: false,
          temperature: true,
          tool_call: true,
          limit: { context: 1000, output: 100 },
        },
      },
    },
  }),
}

/** A conversation where the cache has another catalogue, and the models that are offered then. */
async function converseWithCache(executable: string, env: Record<string, string>) {
  let models = ""
  const result = await converseOverApi({
    executable,
    env: { ...env, TEST_KEY: "x" },
    home: CACHED,
    turns,
    async after(ask, { folder }) {
      const query = new URLSearchParams({ "location[directory]": folder.project })
      models = JSON.stringify(await ask("GET", `/api/model?${query}`))
    },
  })
  // Upstream's own needs no key, and is in every catalogue but that one.
  const has = {
    cached: models.includes('"cached-model"'),
    upstreams: models.includes('"providerID":"opencode"'),
  }
  return { ...result, has }
}

test.concurrent("the model catalogue is the one inside, though the cache has another, and what the model runs has the folder of state that is named by the user", async () => {
  const folder = join(project.folder, "users-state")
  await mkdir(folder)
  const result = await converseWithCache(built(), { ...OFFLINE, XDG_STATE_HOME: folder })
  expect(result.has).toEqual({ cached: false, upstreams: true })
  expect(toolResults(result)[0]).toContain(`state is ${folder}.`)
})

test.concurrent("the stock executable takes the catalogue of the cache", async () => {
  const { has } = await converseWithCache(stock, { OPENCODE_DISABLE_MODELS_FETCH: "1" })
  expect(has).toEqual({ cached: true, upstreams: false })
})

// A cache that is new keeps it from asking.
test.concurrent("the stock executable without a cache asks for the model catalogue", async () => {
  const result = await converseOverApi({ executable: stock, turns })
  expect(result.answer).toBe("The mock model says hello.")
  expect(hostsTried(result)).toContain("models.opencode.ai")
})

/** Runs commands side by side with whatever they leave running. */
async function withServers<T>(during: (run: Run, context: IsolatedContext) => Promise<T>) {
  const seen: T[] = []
  const { attempts } = await runIsolated({
    executable: "/bin/sleep",
    args: ["600"],
    provider: true,
    async during(context) {
      const run: Run = (words, { executable = built(), env } = {}) =>
        context.execute(executable, words, { env })
      seen.push(await during(run, context))
    },
  })
  return { seen: seen[0]!, attempts }
}

type Run = (
  words: string[],
  options?: { executable?: string; env?: Record<string, string> },
) => Promise<CommandResult>

/** Starts the server in the background; upstream gives it five seconds, which a busy machine may need more than once of. */
async function start(run: Run, ...given: Parameters<Run>): Promise<string> {
  for (let left = 5; ; left--) {
    const result = await run(...given)
    if (result.exitCode === 0) return result.stdout.trim()
    if (left === 0) throw new Error(`the server was not started: ${result.stdout}${result.stderr}`)
  }
}

async function isHealthy({ fetch }: IsolatedContext, url: string, password: string): Promise<number> {
  const authorization = `Basic ${btoa(`opencode:${password.trim()}`)}`
  return (await fetch(`${url}/api/health`, { headers: { authorization } })).status
}

const LOCKED = () => ({
  executable: built("locked"),
  env: { OPENCODE_OFFLINE: "0", OPENCODE_OFFLINE_ALLOW: "evil.example" },
})

/** Servers of one user side by side: one that is online, one that is offline, and one of a locked build. */
const together = once(async () => {
  const { seen } = await withServers(async (run, context) => {
    const said = async (...given: Parameters<Run>) => (await run(...given)).stdout
    const online = await start(run, ["service", "start"])
    const offline = await start(run, ["service", "start", "--offline"])
    const state = join(context.folder.home, ".local/state")
    const [folder] = await readdir(join(state, "opencode-offline"))
    const none = await said(["service", "status", "--no-offline"], LOCKED())
    const locked = await start(run, ["service", "start", "--no-offline"], LOCKED())
    // A server looks every ten seconds whether it is still the one that is registered, and ends when it is not.
    await sleep(12_000)
    const other = { ...OFFLINE, OPENCODE_OFFLINE_ALLOW: "llm.example" }
    const status = {
      online: await said(["service", "status"]),
      offline: await said(["service", "status"], { env: OFFLINE }),
      other: await said(["service", "status"], { env: other }),
      locked: await said(["service", "status"], { executable: built("locked") }),
    }
    const passwords = {
      online: await said(["service", "password"]),
      offline: await said(["--offline", "service", "password"]),
    }
    const healthy = {
      online: await isHealthy(context, online, passwords.online),
      offline: await isHealthy(context, offline, passwords.offline),
      others: await isHealthy(context, online, passwords.offline),
    }
    const mark = (await context.fetch(`${locked}/api/health`)).headers.get("x-opencode-offline")
    await run(["service", "stop", "--offline"])
    const afterStop = await said(["service", "status"])
    /** Runs a command for whom the server that is online is registered as its own. */
    const forged = async (word: string) => {
      const own = join(state, "opencode-offline", folder!, "opencode")
      await cp(join(state, "opencode"), own, { recursive: true })
      return run(["service", word, "--offline"])
    }
    const refused = {
      status: await forged("status"),
      stop: await forged("stop"),
      start: await forged("start"),
      afterwards: await said(["service", "status"]),
    }
    return { urls: { online, offline, locked }, none, status, healthy, mark, afterStop, refused }
  })
  return seen
})

test.concurrent("a client that is offline has a server of its own, and leaves the one that is online alone", async () => {
  const { urls, status, healthy, afterStop } = await together()
  expect(urls.online).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(urls.offline).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(urls.offline).not.toBe(urls.online)
  const running = { online: `running ${urls.online}\n`, offline: `running ${urls.offline}\n` }
  expect(status).toMatchObject({ ...running, other: "stopped\n" })
  expect(healthy).toEqual({ online: 200, offline: 200, others: 401 })
  expect(afterStop).toBe(running.online)
})

test.concurrent("a server that is online is refused, though its address and its password are there", async () => {
  const { urls, refused } = await together()
  const stderr = `! The server at ${urls.online} was refused: OpenCode is offline (--offline), and that server is online, or has another policy.\n`
  expect(refused.status).toMatchObject({ stdout: "stopped\n", stderr })
  expect(refused.stop.stderr).toBe(stderr)
  expect(refused.start.stderr).toBe(stderr)
  expect(refused.start.stdout).not.toContain(urls.online)
  expect(refused.afterwards).toBe(`running ${urls.online}\n`)
})

test.concurrent("a locked build that is always offline uses no server of another", async () => {
  const { urls, none, status, mark } = await together()
  expect(none).toBe("stopped\n")
  expect([urls.online, urls.offline]).not.toContain(urls.locked)
  expect(mark).toMatch(/^[0-9a-f]{16}$/)
  expect(status.locked).toBe(`running ${urls.locked}\n`)
})

const wherever = [
  ["--offline", "service", "start"],
  ["service", "--offline", "start"],
  ["service", "start", "--offline"],
]

test.concurrent.each(sample(wherever))("the server that %s %s %s starts is offline too", async (...words) => {
  const { seen: mark, attempts } = await withServers(async (run, context) => {
    const url = await start(run, words)
    const response = await context.fetch(`${url}/api/health`)
    const asked = await run(["api", "GET", "/api/location", "--offline"])
    expect(JSON.parse(asked.stdout).directory).toBe(context.folder.project)
    return response.headers.get("x-opencode-offline")
  })
  expect(mark).toMatch(/^[0-9a-f]{16}$/)
  expect(attempts).toEqual([])
})
