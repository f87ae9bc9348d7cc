import { expect, test } from "bun:test"
import { join } from "node:path"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { builtExecutable } from "../lib/built.ts"

test("offline, the TUI ends with the terminal that it is on", async () => {
  // What does not end is ended by the limit of the run, which is then a failure.
  const { exitCode, stdout, attempts } = await runIsolated({
    executable: process.execPath,
    args: [join(import.meta.dirname, "lib/close-terminal.ts"), "Ask anything", builtExecutable()],
    env: { OPENCODE_OFFLINE: "1" },
    provider: true,
  })
  expect({ exitCode, stdout, attempts }).toEqual({ exitCode: 0, stdout: "ended\n", attempts: [] })
})
