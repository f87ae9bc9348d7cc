import { expect, test } from "bun:test"
import { rm } from "node:fs/promises"
import { dirname } from "node:path"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { stockRuntimes } from "../lib/stock.ts"
import { besideRefusals } from "./lib/beside-refusals.ts"
import { makeGuardExecutable } from "./lib/guard-executable.ts"

async function look(executable: string, args: string[] = []): Promise<Record<string, unknown>> {
  const { stdout, stderr, exitCode } = await runIsolated({ executable, args })
  expect({ exitCode, stderr: besideRefusals(stderr) }).toEqual({ exitCode: 0, stderr: "" })
  return Object.fromEntries(
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  )
}

test.each(await stockRuntimes())(
  "on the runtime of $release, with the switch off every builtin is the runtime's own; with the switch on none of them is",
  async ({ executable: stock }) => {
    const made = [
      await makeGuardExecutable("guard-traces-probe.ts", { stock }),
      await makeGuardExecutable("guard-traces-probe.ts", { bare: true, stock }),
    ]
    const [guarded, bare] = made as [string, string]
    try {
      const [own, off, on] = [await look(bare), await look(guarded), await look(guarded, ["--offline"])]
      expect(off).toEqual(own)
      const same = Object.keys(own).filter((name) => JSON.stringify(on[name]) === JSON.stringify(own[name]))
      expect({ same, count: Object.keys(own).length }).toEqual({ same: [], count: 12 })
    } finally {
      for (const executable of made) await rm(dirname(executable), { recursive: true })
    }
  },
)
