import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { ask, hostsTried, serve, serverUrl } from "../../scripts/harness/scenarios.ts"
import { pinName } from "../../scripts/pins/pin.ts"
import { builtExecutable } from "../lib/built.ts"
import { catalogue } from "../lib/catalogue.ts"
import { once } from "../lib/once.ts"
import { copyProject, type Project } from "../lib/project.ts"
import { pin, stockExecutable } from "../lib/stock.ts"

/** Upstream empties a cache that does not carry the number of its own layout. */
const CACHE_LAYOUT = { ".cache/opencode/version": "21" }
const CACHE = ".cache/opencode/models.json"

async function listModels(
  executable: string,
  env: Record<string, string>,
  home: Record<string, string>,
  args = ["models"],
) {
  return runIsolated({ executable, args, env: { TEST_KEY: "x", ...env }, home: { ...CACHE_LAYOUT, ...home } })
}

/** A turn without a tool. */
const hello = { text: "The mock model says hello." }

const FLAG = { OPENCODE_DISABLE_MODELS_FETCH: "1" }

describe("with OPENCODE_DISABLE_MODELS_FETCH the model catalogue", () => {
  test("is the one inside, though the cache has another", async () => {
    const { stdout } = await listModels(builtExecutable(), FLAG, { [CACHE]: catalogue("cached") })
    expect(stdout).not.toContain("cached/cached-model")
    expect(stdout).toMatch(/^opencode\//m)
  })

  test("is the cache's on the stock executable, which is what ours is for", async () => {
    const { stdout } = await listModels(await stockExecutable(), FLAG, {
      [CACHE]: catalogue("cached"),
    })
    expect(stdout).toContain("cached/cached-model")
  })

  test("is the file that OPENCODE_MODELS_PATH names", async () => {
    const home = { "own.json": catalogue("own"), [CACHE]: catalogue("cached") }
    const env = { ...FLAG, OPENCODE_MODELS_PATH: "../home/own.json" }
    const { stdout } = await listModels(builtExecutable(), env, home)
    expect(stdout).toContain("own/own-model")
    expect(stdout).not.toContain("cached/cached-model")
  })

  test("is no other one in silence when that file cannot be read", async () => {
    const env = { ...FLAG, OPENCODE_MODELS_PATH: "/absent.json" }
    const { exitCode, stderr } = await listModels(builtExecutable(), env, {})
    expect(stderr).toContain("OPENCODE_MODELS_PATH names /absent.json")
    expect(exitCode).toBe(2)
  })

  test("is not fetched, also not by `models --refresh`, which says so", async () => {
    const { attempts, stderr, exitCode } = await listModels(builtExecutable(), FLAG, {}, [
      "models",
      "--refresh",
    ])
    expect(attempts.filter((attempt) => attempt.name?.includes("models"))).toEqual([])
    expect(stderr).toContain("OPENCODE_DISABLE_MODELS_FETCH is set")
    expect(exitCode).toBe(1)
  })
})

/** A few providers are listed because their keys are there, with all that is known of their models. */
const KEYS = { ANTHROPIC_API_KEY: "x", OPENAI_API_KEY: "x", MISTRAL_API_KEY: "x", GROQ_API_KEY: "x" }
const listAll = (executable: string) => listModels(executable, KEYS, {}, ["models", "--verbose"])
const listAllOurs = once(() => listAll(builtExecutable()))
const listAllUpstreams = once(async () => listAll(await stockExecutable()))

describe("without the flag the catalogue is upstream's", () => {
  /** The host that a release's catalogue is at, if it was asked. */
  const catalogueHosts = (result: Parameters<typeof hostsTried>[0]) =>
    hostsTried(result).filter((host) => host.startsWith("models."))

  test("a fetch, where there is none in the cache", async () => {
    const [ours, upstreams] = [await listAllOurs(), await listAllUpstreams()]
    expect(catalogueHosts(upstreams)).toHaveLength(1)
    expect(catalogueHosts(ours)).toEqual(catalogueHosts(upstreams))
  })

  test("the cache first, and then a fetch when upstream's fetches", async () => {
    const home = { [CACHE]: catalogue("cached") }
    const [ours, upstreams] = [
      await listModels(builtExecutable(), {}, home),
      await listModels(await stockExecutable(), {}, home),
    ]
    expect(ours.stdout).toContain("cached/cached-model")
    expect(catalogueHosts(ours)).toEqual(catalogueHosts(upstreams))
  })
})

test("switched off and without a cache, the models are those that upstream's has inside", async () => {
  const [ours, upstreams] = [await listAllOurs(), await listAllUpstreams()]
  expect(ours.stdout.length).toBeGreaterThan(50_000)
  expect(ours.stdout).toBe(upstreams.stdout)
})

test("switched off, the server answers with the providers that upstream's does, keys and configuration taken in", async () => {
  const listOf = async (executable: string) => {
    let text = ""
    await serve(
      { executable, env: KEYS, home: { ".config/opencode/opencode.json": CHANGED } },
      async ({ fetch }) => {
        text = await (await fetch(`${serverUrl}/provider`)).text()
      },
    )
    return text
  }
  const [ours, upstreams] = [await listOf(builtExecutable()), await listOf(await stockExecutable())]
  expect(ours).toContain('"own-model"')
  expect(ours.length).toBeGreaterThan(1_000_000)
  expect(ours).toBe(upstreams)
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

describe("a build", () => {
  let project: Project
  let replaced: string
  let extended: string

  beforeAll(async () => {
    project = await copyProject()
    await writeFile(join(project.folder, "acme.json"), catalogue("acme"))
    await writeFile(join(project.folder, "more.json"), JSON.stringify(more))
    replaced = await build("--models", "acme.json")
    extended = await build("--models-extend", "more.json")
  })
  afterAll(() => project.remove())

  /** More of a provider that upstream's catalogue has, and one that it has not. */
  const more = {
    ...JSON.parse(catalogue("acme")),
    opencode: { models: JSON.parse(catalogue("corp")).corp.models },
  }

  async function build(option: string, file: string): Promise<string> {
    const { exitCode } = await project.build([...words(option, file), "--out", `release${option}`])
    expect(exitCode).toBe(0)
    return join(project.folder, `release${option}`, "opencode")
  }

  const words = (option: string, file: string) => ["--pin", pinName(pin), option, file]

  /** With Zen allowed, which needs no key to be listed. */
  const listOffline = (executable: string) =>
    listModels(executable, { OPENCODE_OFFLINE_ALLOW: "opencode.ai" }, { [CACHE]: catalogue("cached") }, [
      "models",
      "--offline",
    ])

  test("with --models lists the organisation's models alone when offline, ahead of the cache", async () => {
    const { stdout, attempts } = await listOffline(replaced)
    expect(stdout.trim().split("\n")).toEqual(["acme/acme-model"])
    expect(attempts).toEqual([])
  })

  test("with --models asks the organisation's model by itself, where it is the only one", async () => {
    const result = await ask(
      {
        executable: replaced,
        args: ["--offline"],
        env: { TEST_KEY: "x" },
        home: { ".config/opencode/opencode.json": "{}" },
      },
      [hello],
    )
    expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n", attempts: [] })
    expect(result.providerRequests.map(({ body }) => body?.model)).toContain("acme-model")
  })

  test("with --models fails, where the organisation's provider could not be used, and names what is missing", async () => {
    const { acme } = JSON.parse(catalogue("acme"))
    await writeFile(join(project.folder, "wrong.json"), JSON.stringify({ acme: { ...acme, api: undefined } }))
    const { exitCode, stderr } = await project.build([...words("--models", "wrong.json"), "--out", "wrong"])
    expect(exitCode).toBe(2)
    expect(stderr).toContain("acme.api is missing")
  })

  test("with --models has upstream's models all the same when switched off", async () => {
    const [ours, upstreams] = [await listAll(replaced), await listAllUpstreams()]
    expect(ours.stdout).toBe(upstreams.stdout)
  })

  test("with --models-extend lists them beside upstream's when offline", async () => {
    const { stdout, attempts } = await listOffline(extended)
    const listed = stdout.trim().split("\n")
    expect(listed).toEqual(expect.arrayContaining(["acme/acme-model", "opencode/corp-model"]))
    const { stdout: upstreams } = await listOffline(builtExecutable())
    expect(upstreams).toMatch(/^opencode\//m)
    expect(listed).toEqual(expect.arrayContaining(upstreams.trim().split("\n")))
    expect(stdout).not.toContain("cached/cached-model")
    expect(attempts).toEqual([])
  })

  test("needs no entry in the catalogue for a provider that is in opencode.json only", async () => {
    const result = await ask({ executable: replaced, args: ["--offline"] }, [hello])
    expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n", attempts: [] })
  })
})
