import { expect, test } from "bun:test"
import { ask, runCommand } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { sample } from "../lib/sampling.ts"
import { stockExecutable } from "../lib/stock.ts"

// A script that calls OpenCode sees by the exit code that it has failed. With the switch off, the codes are upstream's.

const offline = { executable: builtExecutable(), env: { OPENCODE_OFFLINE: "1" } }

const far = {
  "opencode.json": JSON.stringify({
    provider: {
      far: {
        npm: "@ai-sdk/openai-compatible",
        options: { baseURL: "https://far.example/v1", apiKey: "none" },
        models: { "far-model": {} },
      },
    },
  }),
  "no-session.json": "null",
}

const failing: [string, ...string[]][] = [
  ["a model that is denied", "run", "say hi", "-m", "far/far-model"],
  ["a model that is denied, as JSON", "run", "say hi", "-m", "far/far-model", "--format", "json"],
  ["a model that is not there", "run", "say hi", "-m", "far/none", "--format", "json"],
  ["a file that is not there", "import", "/absent.json"],
  ["a file without a session", "import", "no-session.json"],
  ["a URL that is denied", "import", "https://opncd.ai/share/abc"],
  ["a URL of another kind", "import", "https://opncd.ai/else/abc"],
]

test.concurrent.each(failing)("offline, exit code 1: %s", async (_, ...words) => {
  const { exitCode, attempts } = await runCommand({ ...offline, files: far }, ...words)
  expect({ exitCode, attempts }).toEqual({ exitCode: 1, attempts: [] })
})

test.concurrent("offline, exit code 0: what works", async () => {
  const setup = { ...offline, files: far }
  // Without JSON it is what offline.test.ts runs.
  for (const args of sample([["--format", "json"], []]))
    expect((await ask({ ...setup, args }, [{ text: "Done." }])).exitCode).toBe(0)
})

test.concurrent("with the switch off, the exit code of an import that fails is upstream's", async () => {
  const exit = async (executable: string) =>
    (await runCommand({ executable }, "import", "https://opncd.ai/else/abc")).exitCode
  expect(await exit(offline.executable)).toBe(await exit(await stockExecutable()))
})
