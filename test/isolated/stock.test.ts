import { expect, test } from "bun:test"
import {
  converse,
  hostsTried,
  runCommand,
  runQuestion,
  serve,
  serveAndAsk,
  serverUrl,
  toolResults,
} from "../../scripts/harness/scenarios.ts"
import { pin, stockExecutable } from "../lib/stock.ts"

// What upstream's own executable is known to try: if these are not seen, the recorder is broken, and a run of ours that is
// seen to try nothing proves nothing.

const setup = { executable: await stockExecutable() }

/** The npm registry is named by its first label: which one it is, is for npm's configuration to say. */
const registry = expect.stringMatching(/^registry\./)

test.concurrent("--version looks up models.dev and connects to it", async () => {
  const result = await runCommand(setup, "--version")
  expect(result).toMatchObject({ exitCode: 0, stdout: `${pin.version}\n` })
  expect(hostsTried(result)).toEqual(["models.dev"])
  expect(result.attempts).toContainEqual(
    expect.objectContaining({ protocol: "tcp", port: 443, name: "models.dev", what: "tls models.dev" }),
  )
})

test.concurrent("run tries models.dev, the npm registry and github.com, and gets its answer all the same", async () => {
  const result = await runQuestion(setup)
  expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n" })
  expect(hostsTried(result)).toEqual(["github.com", "models.dev", registry])
  expect(toolResults(result)).toEqual(["tool-42\n"])
  const connections = result.attempts.filter(({ protocol }) => protocol === "tcp")
  expect(connections.length).toBeGreaterThanOrEqual(3)
})

test.concurrent("run with the five flags that upstream has still tries the npm registry and github.com", async () => {
  const flags = ["AUTOUPDATE", "DEFAULT_PLUGINS", "LSP_DOWNLOAD", "MODELS_FETCH", "SHARE"]
  const env = Object.fromEntries(flags.map((flag) => [`OPENCODE_DISABLE_${flag}`, "1"]))
  const result = await runQuestion({ ...setup, env })
  expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n" })
  expect(hostsTried(result)).toEqual(["github.com", registry])
})

test.concurrent("serve asks app.opencode.ai for the page", async () => {
  const { answers, ...result } = await serveAndAsk(setup)
  expect(answers["GET /config"]).toMatchObject({ status: 200 })
  expect(hostsTried(result)).toEqual(expect.arrayContaining(["app.opencode.ai", "models.dev", "opncd.ai"]))
})

test.concurrent("the TUI tries models.dev, the npm registry, GitHub and, to share, opncd.ai", async () => {
  const result = await converse(setup, "not an object")
  expect(result.screens.answered).toContain("The mock model says hello.")
  expect(toolResults(result)).toEqual(["tool-42\n"])
  const expected = [
    "api.github.com",
    "github.com",
    "models.dev",
    "opncd.ai",

    registry,
  ]
  expect(hostsTried(result)).toEqual(expect.arrayContaining(expected))
  const downloads = result.attempts.filter(
    ({ protocol, name }) => protocol === "tcp" && name === "github.com",
  )
  // ripgrep, and the grammar of the code block in the answer
  expect(downloads.length).toBeGreaterThanOrEqual(2)
})

test.concurrent("behind a firewall that drops packets, serve has no answer to GET / while it dials again and again", async () => {
  let answer = "none"
  await serve({ ...setup, mode: "drop" }, async ({ fetch, attempts, waitUntil }) => {
    const stop = new AbortController()
    const asking = fetch(serverUrl, { signal: stop.signal }).then(
      ({ status }) => {
        answer = `status ${status}`
      },
      (error) => {
        if (!stop.signal.aborted) answer = String(error)
      },
    )
    await waitUntil("serve to dial app.opencode.ai a third time", async () =>
      (await attempts()).some(
        ({ name, protocol, packets }) => name === "app.opencode.ai" && protocol === "tcp" && packets >= 3,
      ),
    )
    stop.abort()
    await asking
  })
  expect(answer).toBe("none")
})
