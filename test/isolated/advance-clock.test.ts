import { expect, test } from "bun:test"
import { join } from "node:path"
import { providerUrl } from "../../scripts/harness/provider.ts"
import { type Setup, serve, serverUrl } from "../../scripts/harness/scenarios.ts"
import { watchFor } from "../../scripts/isolation/limits.ts"
import { builtExecutable } from "../lib/built.ts"
import { stockExecutable } from "../lib/stock.ts"

const script = join(import.meta.dirname, "../../scripts/isolation/advance-clock.ts")

const catalogue = new URL(providerUrl).origin

/**
 * How often the catalogue of models was fetched at the start, and how often after `seconds` were let pass. It is on
 * loopback, because where nobody answers some releases ask several times.
 */
async function fetches({ executable }: Setup, ...seconds: number[]) {
  const setup = { executable, env: { OPENCODE_MODELS_URL: catalogue } }
  const { providerRequests } = await serve(setup, async ({ execute, fetch }) => {
    await watchFor(2000)
    await (await fetch(catalogue + BETWEEN)).text()
    for (const each of seconds) {
      expect(await execute(process.execPath, [script, setup.executable, String(each)])).toMatchObject({
        exitCode: 0,
        stderr: "",
      })
      await (await fetch(`${serverUrl}/global/health`)).text()
    }
    await watchFor(5000)
  })
  const paths = providerRequests.map(({ path }) => path)
  const between = paths.indexOf(BETWEEN)
  const count = (some: string[]) => some.filter((path) => path === "/api.json").length
  return { start: count(paths.slice(0, between)), later: count(paths.slice(between)) }
}

/** What is asked of the server of the catalogue when the start is over. */
const BETWEEN = "/between"

test.each(["upstream's", "this build, online,"])(
  "an hour that is let pass has %s fetch the catalogue once more",
  async (whose) => {
    const executable = whose === "upstream's" ? await stockExecutable() : builtExecutable()
    // Once for each part of upstream's that has a timer for it.
    const { start, later } = await fetches({ executable })
    expect(start).toBeGreaterThan(0)
    expect(later).toBe(0)
    expect(await fetches({ executable }, 59 * 60)).toEqual({ start, later: 0 })
    expect(await fetches({ executable }, 61 * 60)).toEqual({ start, later: start })
    // What has been let pass adds up.
    expect(await fetches({ executable }, 59 * 60, 2 * 60)).toEqual({ start, later: start })
  },
)

test("a process that is not there is an error", async () => {
  await serve({ executable: builtExecutable() }, async ({ execute }) => {
    const { exitCode, stderr } = await execute(process.execPath, [script, "/none/such", "1"])
    expect(exitCode).toBe(1)
    expect(stderr).toContain("no process runs /none/such")
  })
})
