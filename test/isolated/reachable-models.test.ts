import { expect, test } from "bun:test"
import { providerConfig, providerUrl } from "../../scripts/harness/provider.ts"
import { type IsolatedContext, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { enter, runCommand, type Setup, serve, serverUrl } from "../../scripts/harness/scenarios.ts"
import { watchFor } from "../../scripts/isolation/limits.ts"
import { builtExecutable } from "../lib/built.ts"
import { catalogue } from "../lib/catalogue.ts"
import { once } from "../lib/once.ts"
import { sample } from "../lib/sampling.ts"
import { stockExecutable } from "../lib/stock.ts"

// Offline, a model is offered if the policy lets its host through, and no other; when none is left, it is said what to do.

const offline = { executable: builtExecutable(), env: { OPENCODE_OFFLINE: "1" } }
const stock = { executable: await stockExecutable() }

const USER = ".config/opencode/opencode.json"
const project = (settings: object) => ({ "opencode.json": JSON.stringify(settings) })

/** The providers of which `models` lists any. */
async function providersListed(setup: Setup): Promise<string[]> {
  const { exitCode, stdout } = await runCommand(setup, "models")
  expect(exitCode).toBe(0)
  return [...new Set(stdout.trim().split("\n"))].map((line) => line.split("/")[0]!).filter(uniquely)
}

const uniquely = (item: string, index: number, all: string[]) => all.indexOf(item) === index

/** Keys, which make upstream's list their providers: one whose address the catalogue has, and one that only its package knows. */
const KEYS = { OPENAI_API_KEY: "x", OPENROUTER_API_KEY: "x" }

test.concurrent("models lists what can be reached; upstream's lists Zen and all whose keys are there", async () => {
  const upstreams = await providersListed({ ...stock, env: { ...KEYS, OPENCODE_DISABLE_MODELS_FETCH: "1" } })
  expect(upstreams).toEqual(expect.arrayContaining(["mock", "openai", "opencode", "openrouter"]))
  expect(await providersListed({ ...offline, env: { ...offline.env, ...KEYS } })).toEqual(["mock"])
  const allowing = { ...offline.env, ...KEYS, OPENCODE_OFFLINE_ALLOW: "api.openai.com openrouter.ai:443" }
  expect(await providersListed({ ...offline, env: allowing })).toEqual(["mock", "openai", "openrouter"])
})

test.concurrent("a provider of the catalogue that is configured at another address keeps the catalogue's models", async () => {
  const files = project({ provider: { openai: { options: { baseURL: providerUrl, apiKey: "x" } } } })
  const { stdout, attempts } = await runCommand({ ...offline, files }, "models", "openai")
  expect(stdout.match(/^openai\/gpt-/gm)?.length).toBeGreaterThan(5)
  expect(attempts).toEqual([])
})

test.concurrent("the server's providers, for the web UI and others, are those that can be reached", async () => {
  const { attempts } = await serve({ ...offline, env: { ...offline.env, ...KEYS } }, async ({ fetch }) => {
    const ask = async (path: string) => JSON.parse(await (await fetch(serverUrl + path)).text())
    const { all, connected, default: defaults } = await ask("/provider")
    // The catalogue has one for a server on this machine.
    const away = all.filter(({ models }: { models: Record<string, { api: { url: string } }> }) =>
      Object.values(models).some(({ api }) => !/^https?:\/\/(127\.0\.0\.1|localhost)[:/]/.test(api.url)),
    )
    expect(away.map(({ id }: { id: string }) => id)).toEqual(["mock"])
    expect(connected).toEqual(["mock"])
    expect(Object.keys(defaults)).not.toContain("opencode")
    const { providers } = await ask("/config/providers")
    expect(providers.map(({ id }: { id: string }) => id)).toEqual(["mock"])
  })
  expect(attempts).toEqual([])
})

/** A home without a model of its own. */
const nothing = { ...offline, home: { [USER]: "{}" } }
const SENTENCE = "No model can be reached"

test.concurrent("with none left, models and run say so, with what to write, and never to allow a host on the internet", async () => {
  const listing = await runCommand(nothing, "models")
  expect(listing).toMatchObject({ exitCode: 0, stdout: "", attempts: [] })
  const asking = await runCommand(nothing, "run", "say hi")
  expect(asking).toMatchObject({ exitCode: 1, attempts: [] })
  for (const { stderr } of [listing, asking]) {
    expect(stderr.match(/No model can be reached/g)).toHaveLength(1)
    expect(stderr).toContain('"options": { "baseURL": "http://127.0.0.1:11434/v1" }')
    expect(stderr).toContain("opencode offline setup")
    expect(stderr).not.toContain("opencode.ai")
  }
})

/** What a TUI shows without a model: as it opens, of its command to connect, and when something is asked. */
const openedWithNothing = once(async () => {
  const screens = { opened: "", connect: "", asked: "" }
  const result = await runIsolated({
    ...nothing,
    provider: true,
    pty: true,
    async during(context) {
      const { waitFor, waitUntilGone, type, screen } = context
      await waitFor(SENTENCE)
      screens.opened = await screen()
      await waitFor("Ask anything")
      screens.connect = await connect(context, "Connect a provider")
      await type("\x1b")
      await waitUntilGone("Connect a provider")
      await enter(context, "say hi", SENTENCE)
      screens.asked = await screen()
    },
  })
  return { ...result, screens }
})

/** What the TUI shows of its command to connect to a provider. */
async function connect(context: IsolatedContext, shows: string): Promise<string> {
  await enter(context, "/connect", shows)
  await watchFor(1500)
  return context.screen()
}

test.concurrent("with none left, the TUI says so as it opens and when something is asked, and recommends no provider", async () => {
  const { attempts, screens } = await openedWithNothing()
  expect(attempts).toEqual([])
  for (const screen of [screens.opened, screens.asked])
    expect(screen).not.toMatch(/Zen|OpenCode Go|Recommended/)
})

/** A catalogue of which nothing can be reached. Upstream's has providers on loopback. */
const elsewhere = {
  ...nothing,
  home: { ...nothing.home, "elsewhere.json": catalogue("corp", "https://llm.corp.example/v1") },
  env: { ...nothing.env, OPENCODE_MODELS_PATH: "../home/elsewhere.json" },
}

test.concurrent("the TUI's command to connect lists the providers that can be reached, and with none left opens no list", async () => {
  const { attempts, screens } = await openedWithNothing()
  expect(attempts).toEqual([])
  expect(screens.connect).toMatch(/LM ?Studio/)
  expect(screens.connect).not.toMatch(/Zen|Anthropic|OpenAI/)
  let none = ""
  const opened = await runIsolated({
    ...elsewhere,
    provider: true,
    pty: true,
    async during(context) {
      await context.waitFor("Ask anything")
      await context.waitFor(SENTENCE)
      none = await connect(context, SENTENCE)
    },
  })
  expect(opened.attempts).toEqual([])
  expect(none).not.toContain("Connect a provider")
  expect(none).toMatch(/No provider selected opencode offline setup/)
})

test.concurrent.each([
  ["none", elsewhere, /none of the providers below can be reached/],
  ["those on this machine", nothing, /only (?!.*Anthropic.* can be).*LM ?Studio.* can be reached/],
  [
    "those that are allowed",
    { ...nothing, env: { ...nothing.env, OPENCODE_OFFLINE_ALLOW: "api.anthropic.com" } },
    /only .*Anthropic.* can be reached/,
  ],
])("`providers login` says ahead of its list that it can reach %s", async (_, setup, says) => {
  const { attempts, screen } = await runIsolated({
    ...setup,
    args: ["auth", "login"],
    pty: true,
    async during({ waitFor, type }) {
      await waitFor("Select provider")
      await type("\x03")
    },
  })
  expect(attempts).toEqual([])
  expect(screen!.replace(/\s+/g, " ")).toMatch(says)
})

test.concurrent("the model that the TUI chooses by itself is one that can be reached", async () => {
  const home = { [USER]: JSON.stringify(providerConfig({ model: undefined })) }
  const { attempts, providerRequests } = await runIsolated({
    ...offline,
    home,
    env: { ...offline.env, ...KEYS },
    provider: [{ text: "The mock model says hello." }],
    pty: true,
    async during({ waitFor, type }) {
      await waitFor("Mock Model")
      await enter({ type, waitFor }, "say hi", "The mock model says hello.")
    },
  })
  expect(attempts).toEqual([])
  expect(providerRequests.map(({ body }) => body?.model)).toContain("mock-model")
})

// It has been lost now and then, so --all looks more than once.
test.concurrent.each(sample([1, 2, 3]))(
  "a denial of the first prompt stands in the transcript, not only beside it (%d of 3)",
  async () => {
    const { attempts } = await runIsolated({
      ...offline,
      // A model on this machine is offered, and denied through it.
      env: { ...offline.env, HTTP_PROXY: "http://proxy.example:3128" },
      provider: true,
      pty: true,
      async during({ waitFor, waitUntil, type, screen }) {
        await waitFor("Mock Model")
        await enter({ type, waitFor }, "say hi", "was blocked")
        // Within the border of a message: what says it for a while stands at the right.
        await waitUntil("the denial in the transcript", async () =>
          /^ {2}\u2503 {2}fetch through HTTP_PROXY to proxy\.example:3128 was blocked/m.test(await screen()),
        )
      },
    })
    expect(attempts).toEqual([])
  },
)
