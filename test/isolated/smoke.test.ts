import { expect, test } from "bun:test"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { runCommand, runQuestion, serve, serverUrl, toolResults } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { leaks } from "./lib/leaks.ts"
import { plantLeak } from "./lib/plant-leak.ts"

// The essentials of the executable that was built, in the time that one waits for: `npm run test:smoke`. Each is tested
// whole in a file of its own.

const offline = { executable: builtExecutable(), env: { OPENCODE_OFFLINE: "1" } }

test.concurrent("it prints a version that can be told from upstream's", async () => {
  const { exitCode, stdout, attempts } = await runCommand(offline, "--version")
  expect({ exitCode, attempts }).toEqual({ exitCode: 0, attempts: [] })
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\+offline\./)
})

test.concurrent("it says that it is offline, and what a host is to it", async () => {
  expect(await runCommand(offline, "offline")).toMatchObject({ exitCode: 0, attempts: [] })
  const check = await runCommand(offline, "offline", "check", "https://some.example/")
  expect(check).toMatchObject({ exitCode: 1, attempts: [] })
  expect(check.stdout).toContain("some.example")
})

test.concurrent("it answers a question with a tool call, and tries nothing", async () => {
  const result = await runQuestion(offline)
  expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n", attempts: [] })
  expect(toolResults(result)).toContain("tool-42\n")
})

test.concurrent("with the switch off, it is seen to try: the recorder is not deaf", async () => {
  const { attempts } = await runQuestion({ executable: offline.executable })
  expect(attempts.length).toBeGreaterThan(0)
})

test.concurrent("it serves the page", async () => {
  let page = { status: 0, text: "" }
  const { attempts } = await serve(offline, async ({ fetch }) => {
    const response = await fetch(`${serverUrl}/`, { headers: { accept: "text/html" } })
    page = { status: response.status, text: await response.text() }
  })
  expect(page).toEqual({ status: 200, text: expect.stringContaining("<title>OpenCode</title>") })
  expect(attempts).toEqual([])
})

test.concurrent("it opens the TUI", async () => {
  const { attempts } = await runIsolated({
    ...offline,
    provider: true,
    pty: true,
    async during({ waitFor }) {
      await waitFor("Ask anything")
      await waitFor("Mock Model")
    },
  })
  expect(attempts).toEqual([])
})

test.concurrent("a leak that is planted in it is caught", async () => {
  const folder = await mkdtemp(join(tmpdir(), "smoke-"))
  const executable = join(folder, "opencode")
  const [leak] = leaks
  await plantLeak(leak!.code, executable)
  const { attempts } = await runCommand({ ...offline, executable }, "--version")
  await rm(folder, { recursive: true })
  expect(attempts).toEqual([expect.objectContaining(leak!.attempt)])
})
