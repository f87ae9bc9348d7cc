import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { rm } from "node:fs/promises"
import { dirname } from "node:path"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { stockRuntimes } from "../lib/stock.ts"
import { LEAVE_OUT, makeGuardExecutable } from "./lib/guard-executable.ts"
import { optionTargets, textTargets } from "./lib/guard-fuzz-targets.ts"
import { objects, texts } from "./lib/guard-fuzz-values.ts"
import { probeScale } from "./lib/probe-scale.ts"

// Whatever a value is that stands in the place of a host, of an address or of options: what native code makes of it is what
// was decided on, or it is refused.

const places = [...Object.keys(textTargets), ...Object.keys(optionTargets)]
const count = (targets: object, kinds: object) => Object.keys(targets).length * Object.keys(kinds).length

describe.each(await stockRuntimes())("on the runtime of $release", ({ executable: stock }) => {
  let executable: string
  beforeAll(async () => {
    executable = await makeGuardExecutable("guard-fuzz-probe.ts", { stock })
  })
  afterAll(() => rm(dirname(executable), { recursive: true }))

  async function run(args: string[], PROBE_PLACE: string, more: Record<string, string> = {}) {
    const { stdout, exitCode, attempts } = await runIsolated({
      executable,
      args,
      env: { ...probeScale(), PROBE_PLACE, ...more },
    })
    return { exitCode, tried: Number(stdout), attempts }
  }

  test.each([
    ["main", []],
    ["bun-child", ["--offline"]],
  ])("without the guard, something gets out of every place, in the %s", async (place, args) => {
    // Such values have the runtime itself crash now and then; what got out until then counts.
    const { attempts } = await run(args, place, { [LEAVE_OUT]: "children" })
    const leaks = (index: number) =>
      attempts.some(
        ({ name, address }) =>
          name?.startsWith(`p${index}.`) ||
          name === `${index + 1}.113.0.203.in-addr.arpa` ||
          address === `203.0.113.${index + 1}`,
      )
    expect(places.filter((_, index) => !leaks(index))).toEqual([])
  })

  test.each(["main", "worker", "bun-child"])("no kind of value sends a packet, in the %s", async (place) => {
    expect(await run(["--offline"], place)).toEqual({
      exitCode: 0,
      attempts: [],
      tried: count(textTargets, texts) + count(optionTargets, objects),
    })
  })
})
