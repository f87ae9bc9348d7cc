import { expect, test } from "bun:test"
import { join } from "node:path"
import { type ProviderRequest, providerUrl, requestsUrl } from "../../scripts/harness/provider.ts"
import { type Setup, serve, serverUrl } from "../../scripts/harness/scenarios.ts"
import { watchFor } from "../../scripts/isolation/limits.ts"
import { builtExecutable } from "../lib/built.ts"
import { stockExecutable } from "../lib/stock.ts"

const script = join(import.meta.dirname, "../../scripts/isolation/advance-clock.ts")

const catalogue = new URL(providerUrl).origin

/**
 * How often the catalogue of models was fetched at the start, and how often after `seconds` were let pass. It is on
 * loopback, because where nobody answers some releases ask several times.
 * @param expected is waited for; what comes beyond it is counted, too
 */
async function fetches({ executable }: Setup, expected: Fetches, ...seconds: number[]): Promise<Fetches> {
  const setup = { executable, env: { OPENCODE_MODELS_URL: catalogue } }
  const counted = { start: 0, later: 0 }
  await serve(setup, async ({ execute, fetch, waitUntil }) => {
    const count = async () => {
      const requests = (await (await fetch(requestsUrl)).json()) as ProviderRequest[]
      return requests.filter(({ path }) => path === "/api.json").length
    }
    const wake = async () => void (await (await fetch(`${serverUrl}/global/health`)).text())
    // Woken again and again, as a timer may be set while the time is moved on.
    const reach = async (number: number) => {
      await waitUntil(`${number} fetches of the catalogue`, async () => {
        await wake()
        return (await count()) >= number || undefined
      })
      await watchFor(3000)
      return count()
    }
    counted.start = await reach(expected.start)
    for (const each of seconds) {
      expect(await execute(process.execPath, [script, setup.executable, String(each)])).toMatchObject({
        exitCode: 0,
        stderr: "",
      })
      await wake()
    }
    counted.later = (await reach(counted.start + expected.later)) - counted.start
  })
  return counted
}

interface Fetches {
  start: number
  later: number
}

test.each(["upstream's", "this build, online,"])(
  "an hour that is let pass has %s fetch the catalogue once more",
  async (whose) => {
    const executable = whose === "upstream's" ? await stockExecutable() : builtExecutable()
    // Once for each part of upstream's that has a timer for it.
    const { start, later } = await fetches({ executable }, { start: 1, later: 0 })
    expect(later).toBe(0)
    for (const [expected, ...seconds] of [
      [0, 59 * 60],
      [start, 61 * 60],
      // What has been let pass adds up.
      [start, 59 * 60, 2 * 60],
    ] as const) {
      const fetched = { start, later: expected }
      expect(await fetches({ executable }, fetched, ...seconds)).toEqual(fetched)
    }
  },
)

test("a process that is not there is an error", async () => {
  await serve({ executable: builtExecutable() }, async ({ execute }) => {
    const { exitCode, stderr } = await execute(process.execPath, [script, "/none/such", "1"])
    expect(exitCode).toBe(1)
    expect(stderr).toContain("no process runs /none/such")
  })
})
