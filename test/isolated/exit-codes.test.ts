import { expect, test } from "bun:test"
import { runCommand } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { stockExecutable } from "../lib/stock.ts"
import { runEach } from "./lib/run-each.ts"

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

const failing: [what: string, ...words: string[]][] = [
  // Without JSON it is what policy.test.ts runs.
  ["a model that is denied", "run", "say hi", "-m", "far/far-model", "--format", "json"],
  ["a model that is not there", "run", "say hi", "-m", "far/none", "--format", "json"],
  ["a file that is not there", "import", "/absent.json"],
  ["a file without a session", "import", "no-session.json"],
  ["a URL that is denied", "import", "https://opncd.ai/share/abc"],
  ["a URL of another kind", "import", "https://opncd.ai/else/abc"],
]

// Without JSON it is what offline.test.ts runs.
const works = ["run", "say hi", "--format", "json"]

test.concurrent("offline, the exit code is 1 for what fails, and 0 for what works", async () => {
  const { each, attempts } = await runEach({ ...offline, files: far, provider: [{ text: "Done." }] }, [
    ...failing.map(([, ...words]) => words),
    works,
  ])
  const names = [...failing.map(([what]) => what), "what works"]
  expect(each.map(({ exitCode }, index) => [names[index], exitCode])).toEqual(
    names.map((what) => [what, what === "what works" ? 0 : 1]),
  )
  expect(attempts).toEqual([])
})

test.concurrent("with the switch off, the exit code of an import that fails is upstream's", async () => {
  const exit = async (executable: string) =>
    (await runCommand({ executable }, "import", "https://opncd.ai/else/abc")).exitCode
  expect(await exit(offline.executable)).toBe(await exit(await stockExecutable()))
})
