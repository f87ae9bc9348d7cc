import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { rm } from "node:fs/promises"
import { dirname } from "node:path"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { stockRuntimes } from "../lib/stock.ts"
import { childTamperings } from "./lib/guard-child-tamperings.ts"
import { LEAVE_OUT, makeGuardExecutable } from "./lib/guard-executable.ts"
import { tamperings } from "./lib/guard-tamperings.ts"
import { probeScale } from "./lib/probe-scale.ts"

const cases = Object.keys({ ...tamperings, ...childTamperings })

/** How many ways to start a child the probe has. */
const WAYS = 12

describe.each(await stockRuntimes())("on the runtime of $release", ({ executable: stock }) => {
  let executable: string
  beforeAll(async () => {
    executable = await makeGuardExecutable("guard-tampered-probe.ts", { stock })
  })
  afterAll(() => rm(dirname(executable), { recursive: true }))

  async function run(args: string[], env: Record<string, string> = {}) {
    const { stdout, attempts } = await runIsolated({ executable, args, env: { ...probeScale(), ...env } })
    const lines = stdout
      .trim()
      .split("\n")
      .map((line): { name: string; tried: string[] } => JSON.parse(line))
    const reached = new Set(
      attempts.map(({ name, address }) => {
        const [, way, index] = /^([a-z-]+)\.c(\d+)\./.exec(name ?? "") ?? []
        return way ? `${way}, with ${cases[Number(index)]}` : `${name ?? address}`
      }),
    )
    return {
      tried: new Map(lines.map(({ name, tried }) => [name, tried.length])),
      reached: [...reached].sort(),
    }
  }

  test("no child gets further because a program tampered with what the guard may rely on", async () => {
    const { tried, reached } = await run(["--offline"])
    expect(reached).toEqual([])
    for (const name of Object.keys(childTamperings)) expect([name, tried.get(name)]).toEqual([name, WAYS])
  })

  test("each way to start a child that is this executable, or git, gets out where children are not guarded", async () => {
    const { reached } = await run(["--offline"], { [LEAVE_OUT]: "children", PROBE_CONTROL: "Math.random" })
    const ways = new Set(reached.map((text) => text.split(",")[0]))
    // What is installed is asked of a registry, too.
    expect(ways.has("verb")).toBe(true)
    expect([...ways].filter((way) => !way?.includes(".")).sort()).toEqual([
      ..."env-changing env-name git opencode process-spawn shell shell-made spawn spawn-file spawn-link verb".split(
        " ",
      ),
    ])
  })
})
