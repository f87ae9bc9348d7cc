import { expect, test } from "bun:test"
import { providerUrl } from "../../scripts/harness/provider.ts"
import { type IsolatedOptions, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { builtExecutable } from "../lib/built.ts"

// `opencode offline setup`: from an address to a model that answers.

const USER = ".config/opencode/opencode.json"
const MODELS = { "/v1/models": { object: "list", data: [{ id: "mock-model" }, { id: "other-model" }] } }

const offline = {
  executable: builtExecutable(),
  env: { OPENCODE_OFFLINE: "1" },
  provider: true,
  pages: MODELS,
  home: { [USER]: '{\n  // ours\n  "share": "disabled"\n}\n' },
} satisfies IsolatedOptions

const setup = (...words: string[]) => ["offline", "setup", ...words]
const AT = ["--base-url", providerUrl]

test.concurrent("without a terminal, what would be written is printed, and nothing is written", async () => {
  const { exitCode, stdout, files, attempts } = await runIsolated({
    ...offline,
    home: { "nothing-of.ours": "" },
    env: { ...offline.env, XDG_CONFIG_HOME: "/tmp/absent-opencode-configuration" },
    args: setup(...AT, "--model", "mock-model"),
  })
  expect({ exitCode, attempts }).toEqual({ exitCode: 0, attempts: [] })
  expect(stdout).toContain("/tmp/absent-opencode-configuration/opencode/opencode.json would have this added")
  expect(stdout).toContain('"model": "local/mock-model"')
  expect(files.filter((file) => file.startsWith("project/"))).toEqual([])
})

test.concurrent("with --yes it is written beside what is there, and the model answers", async () => {
  await runIsolated({
    ...offline,
    executable: Bun.which("sleep")!,
    args: ["1000"],
    async during({ execute, folder }) {
      const first = await execute(offline.executable, setup(...AT, "--model", "mock-model", "--yes"))
      expect(first).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining("has the model local/mock-model now"),
      })
      const text = await Bun.file(`${folder.home}/${USER}`).text()
      expect(text).toStartWith('{\n  // ours\n  "share": "disabled"')
      const { exitCode, stdout } = await execute(offline.executable, ["run", "say hi"])
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "The mock model says hello.\n" })
      // Upstream's code has put its schema into it.
      const before = await Bun.file(`${folder.home}/${USER}`).text()
      const again = await execute(offline.executable, setup(...AT, "--model", "mock-model", "--yes"))
      expect(again).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('provider "local" already'),
      })
      expect(await Bun.file(`${folder.home}/${USER}`).text()).toBe(before)
    },
  })
})

test.concurrent("on a terminal, it asks for what it is not told", async () => {
  await runIsolated({
    ...offline,
    args: setup(),
    pty: true,
    async during({ waitFor, type, finished, folder }) {
      await waitFor("Base URL of the model's server")
      await type(`${new URL(providerUrl).origin}\r`)
      await waitFor("other-model")
      await waitFor("Model:")
      await type("other-model\r")
      await waitFor("has the model local/other-model now")
      await finished()
      const { model, provider } = Bun.JSONC.parse(await Bun.file(`${folder.home}/${USER}`).text()) as {
        model: string
        provider: { local: { options: object } }
      }
      expect({ model, options: provider.local.options }).toEqual({
        model: "local/other-model",
        options: { baseURL: providerUrl },
      })
    },
  })
})

test.concurrent.each([
  ["a model that the server has not", [...AT, "--model", "absent"], 1, "has: mock-model, other-model"],
  ["no model, where there are several", AT, 2, "--model is missing"],
  ["a port where nothing listens", ["--base-url", "http://127.0.0.1:9/v1"], 1, "cannot be used"],
  ["no URL", ["--base-url", "llm.corp"], 2, "is no URL"],
  ["nothing, without a terminal", [], 2, "--base-url is missing"],
  ["a key that is not set", [...AT, "--key-env", "ABSENT_KEY"], 1, "ABSENT_KEY is not set"],
])("it writes nothing for %s", async (_, words, code, text) => {
  const { exitCode, stderr, attempts, providerRequests } = await runIsolated({
    ...offline,
    args: setup(...words, "--yes"),
    async during({ finished, folder }) {
      await finished()
      expect(await Bun.file(`${folder.home}/${USER}`).text()).toBe(offline.home[USER])
    },
  })
  expect({ exitCode, attempts }).toEqual({ exitCode: code, attempts: [] })
  expect(stderr).toContain(text)
  expect(providerRequests.every(({ path }) => path === "/v1/models")).toBe(true)
})
