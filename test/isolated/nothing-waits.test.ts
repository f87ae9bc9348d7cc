import { expect, test } from "bun:test"
import type { Turn } from "../../scripts/harness/provider.ts"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { ask, serve, serverUrl, toolResults } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"

// Behind a firewall that drops every packet: what is asked for is done, or refused with what to do, and no packet is
// sent that an answer could be waited for. How long it takes is measured by `npm run bench -- --only waits`.

const setup = { executable: builtExecutable(), env: { OPENCODE_OFFLINE: "1" }, mode: "drop" } as const
const done: Turn = { text: "Done." }

test.concurrent("a file that wants a language server and a formatter is written and edited", async () => {
  const filePath = "page.ts"
  const result = await ask(
    {
      ...setup,
      files: {
        "package.json": JSON.stringify({ devDependencies: { prettier: "3.0.0" } }),
        // Both are on by themselves in some releases only.
        "opencode.json": JSON.stringify({ lsp: {}, formatter: {} }),
      },
    },
    [
      { tool: "write", input: { filePath, content: "export const a = 1\n" } },
      { tool: "edit", input: { filePath, oldString: "a = 1", newString: "a = 2" } },
      done,
    ],
  )
  expect(result).toMatchObject({ exitCode: 0, stdout: "Done.\n", attempts: [] })
  expect(toolResults(result).slice(-2)).toEqual([
    expect.stringContaining("Wrote file successfully"),
    expect.stringContaining("Edit applied successfully"),
  ])
})

test.concurrent("the server's page and the TUI's first prompt are there", async () => {
  let status = 0
  const served = await serve(setup, async ({ fetch }) => {
    status = (await fetch(`${serverUrl}/`, { headers: { accept: "text/html" } })).status
  })
  expect({ status, attempts: served.attempts }).toEqual({ status: 200, attempts: [] })
  const opened = await runIsolated({
    ...setup,
    provider: true,
    pty: true,
    during: ({ waitFor }) => waitFor("Ask anything"),
  })
  expect(opened.attempts).toEqual([])
})
