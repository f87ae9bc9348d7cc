import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { ask, hostsTried, serve, serverUrl, untilTried } from "../../scripts/harness/scenarios.ts"
import { pinName } from "../../scripts/pins/pin.ts"
import { builtExecutable } from "../lib/built.ts"
import { catalogue } from "../lib/catalogue.ts"
import { once } from "../lib/once.ts"
import { copyProject, type Project } from "../lib/project.ts"
import { runsAll } from "../lib/sampling.ts"
import { pin, stockExecutable } from "../lib/stock.ts"
import { runEach } from "./lib/run-each.ts"

/** A cache with a catalogue of its own. Upstream empties one that does not carry the number of its own layout. */
const CACHED = {
  ".cache/opencode/version": "21",
  ".cache/opencode/models.json": catalogue("cached"),
}

/** Lists models where that is in the cache. */
const listCached = (executable: string, env = {}) =>
  runIsolated({ executable, args: ["models"], env: { TEST_KEY: "x", ...env }, home: CACHED })

/** A turn without a tool. */
const hello = { text: "The mock model says hello." }

const FLAG = { OPENCODE_DISABLE_MODELS_FETCH: "1" }

/** Each lists models, with its own environment or option. */
const withFlag = once(async () => {
  const named = (file: string) => ({ words: ["models"], env: { OPENCODE_MODELS_PATH: file } })
  const home = { ...CACHED, "own.json": catalogue("own") }
  const { each, attempts } = await runEach(
    { executable: builtExecutable(), env: { TEST_KEY: "x", ...FLAG }, home },
    [["models"], named("../home/own.json"), named("/absent.json"), ["models", "--refresh"]],
  )
  const [inside, own, absent, refreshed] = each
  return { inside, own, absent, refreshed, attempts }
})

describe("with OPENCODE_DISABLE_MODELS_FETCH the model catalogue", () => {
  test("is the one inside, though the cache has another", async () => {
    const { stdout } = (await withFlag()).inside
    expect(stdout).not.toContain("cached/cached-model")
    expect(stdout).toMatch(/^opencode\//m)
  })

  // That the cache's would be seen is shown below, where it is the one that is listed.
  if (runsAll)
    test("is the cache's on the stock executable, which is what ours is for", async () => {
      const { stdout } = await listCached(await stockExecutable(), FLAG)
      expect(stdout).toContain("cached/cached-model")
    })

  test("is the file that OPENCODE_MODELS_PATH names", async () => {
    const { stdout } = (await withFlag()).own
    expect(stdout).toContain("own/own-model")
    expect(stdout).not.toContain("cached/cached-model")
  })

  test("is no other one in silence when that file cannot be read", async () => {
    const { exitCode, stderr } = (await withFlag()).absent
    expect(stderr).toContain("OPENCODE_MODELS_PATH names /absent.json")
    expect(exitCode).toBe(2)
  })

  test("is not fetched, also not by `models --refresh`, which says so", async () => {
    const { refreshed, attempts } = await withFlag()
    expect(attempts.filter((attempt) => attempt.name?.includes("models"))).toEqual([])
    expect(refreshed.stderr).toContain("OPENCODE_DISABLE_MODELS_FETCH is set")
    expect(refreshed.exitCode).toBe(1)
  })
})

/** A few providers are connected because their keys are there. */
const KEYS = { ANTHROPIC_API_KEY: "x", OPENAI_API_KEY: "x", MISTRAL_API_KEY: "x", GROQ_API_KEY: "x" }

/** What a server answers of all providers and their models, where there is no catalogue in the cache. */
async function askServer(executable: string) {
  let text = ""
  const home = { ".config/opencode/opencode.json": CHANGED }
  const result = await serve({ executable, env: KEYS, home }, async (context) => {
    text = await (await context.fetch(`${serverUrl}/provider`)).text()
    await untilTried(/^models\./)(context)
  })
  return { ...result, text }
}

const ours = once(() => askServer(builtExecutable()))
const upstreams = once(async () => askServer(await stockExecutable()))

describe("without the flag the catalogue is upstream's", () => {
  /** The host that a release's catalogue is at, if it was asked. */
  const catalogueHosts = (result: Parameters<typeof hostsTried>[0]) =>
    hostsTried(result).filter((host) => host.startsWith("models."))

  test("a fetch, where there is none in the cache", async () => {
    expect(catalogueHosts(await upstreams())).toHaveLength(1)
    expect(catalogueHosts(await ours())).toEqual(catalogueHosts(await upstreams()))
  })

  test("the cache first, and then a fetch when upstream's fetches", async () => {
    const [own, stocks] = [await listCached(builtExecutable()), await listCached(await stockExecutable())]
    expect(own.stdout).toContain("cached/cached-model")
    expect(own.stdout).toBe(stocks.stdout)
    expect(catalogueHosts(own)).toEqual(catalogueHosts(stocks))
  })
})

test("switched off and without a cache, the server answers with the models that upstream's has inside, keys and configuration taken in", async () => {
  const [own, stocks] = [(await ours()).text, (await upstreams()).text]
  expect(own).toContain('"own-model"')
  expect(own.length).toBeGreaterThan(1_000_000)
  expect(own).toBe(stocks)
})

/** Models added to a provider of the catalogue's, one of them beside its own, and one left out. */
const CHANGED = JSON.stringify({
  provider: {
    mistral: {
      name: "Ours",
      models: { "own-model": { name: "Own" } },
      options: { baseURL: "http://127.0.0.1:9/v1" },
    },
    groq: { whitelist: ["llama-3.3-70b-versatile"] },
  },
})

describe("a build with --models", () => {
  let project: Project
  let executable: string
  const words = (file: string) => ["--pin", pinName(pin), "--models", file]

  beforeAll(async () => {
    project = await copyProject()
    await writeFile(join(project.folder, "acme.json"), catalogue("acme"))
    const { exitCode } = await project.build([...words("acme.json"), "--out", "release"])
    expect(exitCode).toBe(0)
    executable = join(project.folder, "release/opencode")
  })
  afterAll(() => project.remove())

  test("lists the organisation's models when offline, ahead of the cache, and those of opencode.json, which need no entry", async () => {
    const { stdout, attempts } = await runIsolated({
      executable,
      args: ["models", "--offline"],
      // With Zen allowed, which needs no key to be listed.
      env: { TEST_KEY: "x", OPENCODE_OFFLINE_ALLOW: "opencode.ai" },
      home: CACHED,
      provider: true,
    })
    expect(stdout.trim().split("\n").sort()).toEqual(["acme/acme-model", "mock/mock-model"])
    expect(attempts).toEqual([])
  })

  test("asks the organisation's model by itself, where it is the only one", async () => {
    const result = await ask(
      {
        executable,
        args: ["--offline"],
        env: { TEST_KEY: "x" },
        home: { ".config/opencode/opencode.json": "{}" },
      },
      [hello],
    )
    expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n", attempts: [] })
    expect(result.providerRequests.map(({ body }) => body?.model)).toContain("acme-model")
  })

  test("fails, where the organisation's provider could not be used, and names what is missing", async () => {
    const { acme } = JSON.parse(catalogue("acme"))
    await writeFile(join(project.folder, "wrong.json"), JSON.stringify({ acme: { ...acme, api: undefined } }))
    const { exitCode, stderr } = await project.build([...words("wrong.json"), "--out", "wrong"])
    expect(exitCode).toBe(2)
    expect(stderr).toContain("acme.api is missing")
  })

  test("has upstream's models all the same when switched off", async () => {
    expect((await askServer(executable)).text).toBe((await upstreams()).text)
  })
})
