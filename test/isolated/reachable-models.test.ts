import { expect, test } from "bun:test"
import { providerConfig, providerUrl } from "../../scripts/harness/provider.ts"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { enter, runCommand, type Setup, serve, serverUrl } from "../../scripts/harness/scenarios.ts"
import { watchFor } from "../../scripts/isolation/limits.ts"
import { builtExecutable } from "../lib/built.ts"
import { catalogue } from "../lib/catalogue.ts"
import { once } from "../lib/once.ts"
import { sample } from "../lib/sampling.ts"
import { stockExecutable } from "../lib/stock.ts"
import { runEach } from "./lib/run-each.ts"

// Offline, a model is offered if the policy lets its host through, and no other; when none is left, it is said what to do.

const offline = { executable: builtExecutable(), env: { OPENCODE_OFFLINE: "1" } }
const stock = { executable: await stockExecutable() }

const USER = ".config/opencode/opencode.json"
const project = (settings: object) => ({ "opencode.json": JSON.stringify(settings) })

/** Lists models. Two of the keys' providers have their address in the catalogue, two in their packages alone. */
const list = (setup: Setup) => runCommand({ ...setup, env: { ...KEYS, ...setup.env } }, "models")

const KEYS = { OPENAI_API_KEY: "x", GROQ_API_KEY: "x", OPENROUTER_API_KEY: "x", DEEPSEEK_API_KEY: "x" }

/** The providers of which any is listed. */
const providersIn = (stdout: string) => [...new Set(stdout.match(/^[^/\n]+/gm))].sort()

/** One provider of either kind is allowed, and a third, without a key, is configured at another address. */
const listed = once(() => {
  const files = project({ provider: { mistral: { options: { baseURL: providerUrl, apiKey: "x" } } } })
  const env = { ...offline.env, OPENCODE_OFFLINE_ALLOW: "api.openai.com openrouter.ai:443" }
  return list({ ...offline, files, env })
})

test.concurrent("models lists what can be reached; upstream's lists Zen and all whose keys are there", async () => {
  const upstreams = await list({ ...stock, env: { OPENCODE_DISABLE_MODELS_FETCH: "1" } })
  expect(upstreams.exitCode).toBe(0)
  const withKeys = ["deepseek", "groq", "openai", "openrouter"]
  expect(providersIn(upstreams.stdout)).toEqual(expect.arrayContaining(["mock", "opencode", ...withKeys]))
  const { exitCode, stdout, attempts } = await listed()
  expect({ exitCode, attempts }).toEqual({ exitCode: 0, attempts: [] })
  expect(providersIn(stdout)).toEqual(["mistral", "mock", "openai", "openrouter"])
})

test.concurrent("a provider of the catalogue that is configured at another address keeps the catalogue's models", async () => {
  const { stdout } = await listed()
  expect(stdout.match(/^mistral\//gm)?.length).toBeGreaterThan(5)
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
  const { each, attempts } = await runEach(nothing, [["models"], ["run", "say hi"]])
  expect(attempts).toEqual([])
  expect(each).toMatchObject([{ exitCode: 0, stdout: "" }, { exitCode: 1 }])
  for (const { stderr } of each) {
    expect(stderr.match(/No model can be reached/g)).toHaveLength(1)
    expect(stderr).toContain('"options": { "baseURL": "http://127.0.0.1:11434/v1" }')
    expect(stderr).toContain("opencode offline setup")
    expect(stderr).not.toContain("opencode.ai")
  }
})

/** A catalogue of which nothing can be reached, Zen neither. Upstream's has providers on loopback. */
const elsewhere = {
  ...nothing,
  home: {
    ...nothing.home,
    "elsewhere.json": JSON.stringify({
      ...JSON.parse(catalogue("corp", "https://llm.corp.example/v1")),
      opencode: {
        ...JSON.parse(catalogue("opencode", "https://opencode.ai/zen/v1")).opencode,
        name: "OpenCode Zen",
      },
    }),
  },
  env: { ...nothing.env, OPENCODE_MODELS_PATH: "../home/elsewhere.json" },
}

test.concurrent("with none left, the TUI says so as it opens and when something is asked, recommends no provider, and opens no list to connect to one", async () => {
  const screens = { opened: "", connect: "", asked: "" }
  const { attempts } = await runIsolated({
    ...elsewhere,
    provider: true,
    pty: true,
    async during(context) {
      const { waitFor, screen } = context
      /** What is shown of a line, with time for what must not come: the sentence still stands there. */
      const show = async (line: string) => {
        await enter(context, line, SENTENCE)
        await watchFor(1500)
        return screen()
      }
      await waitFor(SENTENCE)
      await waitFor("Ask anything")
      screens.opened = await screen()
      screens.connect = await show("/connect")
      screens.asked = await show("say hi")
    },
  })
  expect(attempts).toEqual([])
  for (const screen of Object.values(screens))
    expect(screen).not.toMatch(/Connect a provider|Zen|OpenCode Go|Recommended/)
  expect(screens.connect).toMatch(/No provider selected opencode offline setup/)
})

/** What `providers login` says, as it opens its list. */
async function loginSays(setup: Setup): Promise<string> {
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
  return /OpenCode is offline: (.*?) can be reached/.exec(screen!.replace(/\s+/g, " "))![1]!
}

test.concurrent("`providers login` says ahead of its list which of it can be reached: none, or those on this machine and those that are allowed", async () => {
  expect(await loginSays(elsewhere)).toBe("none of the providers below")
  const env = { ...nothing.env, OPENCODE_OFFLINE_ALLOW: "api.anthropic.com" }
  const some = await loginSays({ ...nothing, env })
  expect(some).toMatch(/only (?=.*Anthropic).*LM ?Studio/)
  expect(some).not.toContain("OpenAI")
})

// It has been lost now and then, so --all looks more than once.
test.concurrent.each(sample([1, 2, 3]))(
  "the TUI chooses a model that can be reached by itself, and a denial of the first prompt stands in the transcript, not only beside it (%d of 3)",
  async () => {
    const { attempts } = await runIsolated({
      ...offline,
      home: { [USER]: JSON.stringify(providerConfig({ model: undefined })) },
      // A model on this machine is offered, and denied through it.
      env: { ...offline.env, ...KEYS, HTTP_PROXY: "http://proxy.example:3128" },
      provider: true,
      pty: true,
      async during({ waitFor, waitUntil, type, screen }) {
        await waitFor("Mock Model")
        await enter({ type, waitFor }, "say hi", "was blocked")
        // Within the border of a message: what says it for a while stands at the right. Of the others, the proxy is another.
        await waitUntil("the denial in the transcript", async () =>
          /^ {2}\u2503 {2}fetch through HTTP_PROXY to proxy\.example:3128 was blocked/m.test(await screen()),
        )
      },
    })
    expect(attempts).toEqual([])
  },
)
