import { expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Exploration, explore } from "../../scripts/explore/explore.ts"
import { builtExecutable } from "../lib/built.ts"

// A short round of `npm run explore`, always the same one: every operation of the API once, and some steps of the others.

const round: Exploration = { executable: builtExecutable(), offline: true, seed: 18, steps: 60 }

test.concurrent("every operation of the API is asked for, nothing is tried, and OpenCode goes on", async () => {
  const { findings, steps } = await explore("api", round)
  expect(findings).toEqual([])
  expect(steps).toBeGreaterThan(50)
})

test.concurrent.each(["tui", "page"] as const)(
  "random steps in the %s try nothing, and nothing crashes",
  async (part) => {
    const { findings, steps } = await explore(part, round)
    expect({ findings, steps }).toEqual({ findings: [], steps: round.steps })
  },
)

test.concurrent("with the switch off, the same round of the API is seen to try hosts: the explorer is not deaf", async () => {
  const { findings } = await explore("api", { ...round, offline: false })
  expect(findings.filter((line) => line.startsWith("tried "))).not.toEqual([])
})

test.concurrent("one that ends by a signal has crashed, and is not started again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "killed-"))
  const executable = join(folder, "opencode")
  await writeFile(executable, "#!/bin/sh\nkill -SEGV $$\n", { mode: 0o755 })
  const { findings, steps } = await explore("tui", { ...round, executable })
  await rm(folder, { recursive: true })
  expect({ findings, steps }).toEqual({ findings: [expect.stringContaining("ended with SIGSEGV")], steps: 0 })
})
