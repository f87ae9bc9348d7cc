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
let offline: ReturnType<typeof converseOverApi> | undefined
function converseOffline() {
  offline ??= converseOverApi({ executable: built(), env: OFFLINE, turns })
  return offline
}

test.concurrent("a session over the API of serve is answered, and nothing is tried", async () => {
  const result = await converseOffline()
  expect(result.answer).toBe("The mock model says hello.")
  expect(result.stdout).toStartWith("offline (OPENCODE_OFFLINE=1)")
  expect(result.attempts).toEqual([])
})

test.concurrent("the same on the stock executable asks for the model catalogue", async () => {
  const result = await converseOverApi({ executable: stock, turns })
  expect(result.answer).toBe("The mock model says hello.")
  expect(hostsTried(result)).toContain("models.opencode.ai")
})

test.concurrent("what the model runs has the folder of state that is named by none", async () => {
  expect(toolResults(await converseOffline())[0]).toContain("state is .")
})

test.concurrent("what the model runs has the folder of state that is named by the user", async () => {
  const folder = join(project.folder, "users-state")
  await mkdir(folder)
  const env = { ...OFFLINE, XDG_STATE_HOME: folder }
  const result = await converseOverApi({ executable: built(), env, turns })
  expect(toolResults(result)[0]).toContain(`state is ${folder}.`)
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

test.concurrent.each([
  ["is the one inside, though the cache has another", () => built(), OFFLINE, false],
  [
    "is the cache's on the stock executable",
    () => stock,
    { OPENCODE_DISABLE_MODELS_FETCH: "1" } as Record<string, string>,
    true,
  ],
] as const)("the model catalogue %s", async (_, executable, env, isCached) => {
  let models = ""
  await converseOverApi({
    executable: executable(),
    env: { ...env, TEST_KEY: "x" },
    home: CACHED,
    turns,
    async after(ask, { folder }) {
      const query = new URLSearchParams({ "location[directory]": folder.project })
      models = JSON.stringify(await ask("GET", `/api/model?${query}`))
    },
  })
  expect(models.includes('"cached-model"')).toBe(isCached)
  // Upstream's own needs no key, and is in every catalogue but that one.
  expect(models.includes('"providerID":"opencode"')).toBe(!isCached)
})

/** Runs commands side by side with whatever they leave running. */
function withServers(during: (run: Run, context: IsolatedContext) => Promise<void>) {
  return runIsolated({
    executable: "/bin/sleep",
    args: ["600"],
    provider: true,
    during: (context) =>
      during(
        (words, { executable = built(), env } = {}) => context.execute(executable, words, { env }),
        context,
      ),
  })
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

test.concurrent("a client that is offline has a server of its own, and leaves the one that is online alone", async () => {
  await withServers(async (run, context) => {
    const online = await start(run, ["service", "start"])
    const offline = await start(run, ["service", "start", "--offline"])
    expect(online).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(offline).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(offline).not.toBe(online)
    // A server looks every ten seconds whether it is still the one that is registered, and ends when it is not.
    await sleep(12_000)
    expect((await run(["service", "status"])).stdout).toBe(`running ${online}\n`)
    expect((await run(["service", "status"], { env: OFFLINE })).stdout).toBe(`running ${offline}\n`)
    const passwords = {
      online: (await run(["service", "password"])).stdout,
      offline: (await run(["--offline", "service", "password"])).stdout,
    }
    expect(await isHealthy(context, online, passwords.online)).toBe(200)
    expect(await isHealthy(context, offline, passwords.offline)).toBe(200)
    expect(await isHealthy(context, online, passwords.offline)).toBe(401)
    const other = { OPENCODE_OFFLINE: "1", OPENCODE_OFFLINE_ALLOW: "llm.example" }
    expect((await run(["service", "status"], { env: other })).stdout).toBe("stopped\n")
    await run(["service", "stop", "--offline"])
    expect((await run(["service", "status"])).stdout).toBe(`running ${online}\n`)
  })
})

const wherever = [
  ["--offline", "service", "start"],
  ["service", "--offline", "start"],
  ["service", "start", "--offline"],
]

test.concurrent.each(sample(wherever))("the server that %s %s %s starts is offline too", async (...words) => {
  let mark: string | null = null
  const { attempts } = await withServers(async (run, context) => {
    const url = await start(run, words)
    const response = await context.fetch(`${url}/api/health`)
    mark = response.headers.get("x-opencode-offline")
    const asked = await run(["api", "GET", "/api/location", "--offline"])
    expect(JSON.parse(asked.stdout).directory).toBe(context.folder.project)
  })
  expect(mark).toMatch(/^[0-9a-f]{16}$/)
  expect(attempts).toEqual([])
})

test.concurrent("a server that is online is refused, though its address and its password are there", async () => {
  await withServers(async (run, { folder }) => {
    const online = await start(run, ["service", "start"])
    await run(["service", "password", "--offline"])
    const state = join(folder.home, ".local/state")
    const [own] = await readdir(join(state, "opencode-offline"))
    const forge = () =>
      cp(join(state, "opencode"), join(state, "opencode-offline", own!, "opencode"), { recursive: true })
    const refusal = `! The server at ${online} was refused: OpenCode is offline (--offline), and that server is online, or has another policy.\n`
    await forge()
    expect(await run(["service", "status", "--offline"])).toMatchObject({
      stdout: "stopped\n",
      stderr: refusal,
    })
    await forge()
    expect((await run(["service", "stop", "--offline"])).stderr).toBe(refusal)
    await forge()
    const started = await run(["service", "start", "--offline"])
    expect(started.stderr).toBe(refusal)
    expect(started.stdout).not.toContain(online)
    expect((await run(["service", "status"])).stdout).toBe(`running ${online}\n`)
  })
})

test.concurrent("a locked build that is always offline uses no server of another", async () => {
  const locked = { executable: built("locked") }
  await withServers(async (run, { fetch }) => {
    const online = await start(run, ["service", "start"])
    const offline = await start(run, ["service", "start"], { env: OFFLINE })
    const env = { OPENCODE_OFFLINE: "0", OPENCODE_OFFLINE_ALLOW: "evil.example" }
    expect((await run(["service", "status", "--no-offline"], { ...locked, env })).stdout).toBe("stopped\n")
    const own = await start(run, ["service", "start", "--no-offline"], { ...locked, env })
    expect([online, offline]).not.toContain(own)
    expect((await fetch(`${own}/api/health`)).headers.get("x-opencode-offline")).toMatch(/^[0-9a-f]{16}$/)
    expect((await run(["service", "status"], locked)).stdout).toBe(`running ${own}\n`)
  })
})
