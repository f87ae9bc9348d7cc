import { expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Exploration, type Explored, explore } from "../../scripts/explore/explore.ts"
import { builtExecutable } from "../lib/built.ts"
import { runsAll } from "../lib/sampling.ts"

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

if (runsAll)
  test.concurrent("with the switch off, the same round of the API is seen to try hosts: the explorer is not deaf", async () => {
    const { findings } = await explore("api", { ...round, offline: false })
    expect(findings.filter((line) => line.startsWith("tried "))).not.toEqual([])
  })

test.concurrent("a packet that a program sends is a finding: the explorer is not deaf", async () => {
  const { findings } = await exploreScript(
    "echo Ask anything; bash -c 'echo x > /dev/udp/203.0.113.1/9'; while read -r key; do :; done",
  )
  expect(findings).toEqual([expect.stringContaining("tried 203.0.113.1 udp/9")])
})

test.concurrent("what ends by a signal has crashed, and is not started again", async () => {
  const { findings, steps } = await exploreScript("kill -SEGV $$")
  expect({ findings, steps }).toEqual({ findings: [expect.stringContaining("ended with SIGSEGV")], steps: 0 })
})

test.concurrent("a TUI that shows its own crash has crashed, too", async () => {
  const shows = "An unexpected error stopped the session"
  const { findings } = await exploreScript(`echo Ask anything; read -r key; echo ${shows}; read -r key`)
  expect(findings).toEqual([`unhandled on the screen: ${shows}`])
})

/** Explores a program of ours in place of the TUI. */
async function exploreScript(script: string): Promise<Explored> {
  const folder = await mkdtemp(join(tmpdir(), "explored-"))
  try {
    const executable = join(folder, "opencode")
    await writeFile(executable, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return await explore("tui", { ...round, executable })
  } finally {
    await rm(folder, { recursive: true })
  }
}
