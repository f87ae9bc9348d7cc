import { expect, test } from "bun:test"
import { join } from "node:path"
import { type ProviderRequest, providerUrl, requestsUrl } from "../../scripts/harness/provider.ts"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { type Setup, serve, serverUrl } from "../../scripts/harness/scenarios.ts"
import { watchFor } from "../../scripts/isolation/limits.ts"
import { builtExecutable } from "../lib/built.ts"
import { sample } from "../lib/sampling.ts"
import { stockExecutable } from "../lib/stock.ts"

const script = join(import.meta.dirname, "../../scripts/isolation/advance-clock.ts")

const catalogue = new URL(providerUrl).origin

/**
 * How often the catalogue of models was fetched at the start, and how often more after each of the times, in seconds, was
 * let pass on top. It is on loopback, because where nobody answers some releases ask several times.
 */
async function fetches({ executable }: Setup, ...times: Time[]): Promise<number[]> {
  const setup = { executable, env: { OPENCODE_MODELS_URL: catalogue } }
  const counted: number[] = []
  await serve(setup, async ({ execute, fetch, waitUntil }) => {
    const count = async () => {
      const requests = (await (await fetch(requestsUrl)).json()) as ProviderRequest[]
      return requests.filter(({ path }) => path === "/api.json").length
    }
    const wake = async () => void (await (await fetch(`${serverUrl}/global/health`)).text())
    // Woken again and again, as a timer may be set while the time is moved on. What comes beyond is counted, too.
    const reach = async (number: number, watchMs = 1000) => {
      await waitUntil(`${number} fetches of the catalogue`, async () => {
        await wake()
        return (await count()) >= number || undefined
      })
      await watchFor(watchMs)
      return count()
    }
    // As long as it starts, others of its parts may fetch it, too.
    let before = await reach(1, 3000)
    counted.push(before)
    for (const { seconds, isDue } of times) {
      expect(await execute(process.execPath, [script, setup.executable, String(seconds)])).toMatchObject({
        exitCode: 0,
        stderr: "",
      })
      await wake()
      // As often as at the start: once for each part of upstream's that has a timer for it.
      const now = await reach(isDue ? before + counted[0]! : before)
      counted.push(now - before)
      before = now
    }
  })
  return counted
}

interface Time {
  seconds: number
  /** Whether the catalogue is to be fetched once more. */
  isDue: boolean
}

// With --all on upstream's, too: it is the tool that is shown here, and what it moves on both have from Bun.
test.each(sample(["this build, online,", "upstream's"]))(
  "an hour that is let pass has %s fetch the catalogue once more, and less than an hour has not",
  async (whose) => {
    const executable = whose === "upstream's" ? await stockExecutable() : builtExecutable()
    // What has been let pass adds up.
    const [start, ...later] = await fetches(
      { executable },
      { seconds: 59 * 60, isDue: false },
      { seconds: 2 * 60, isDue: true },
    )
    expect(start).toBeGreaterThan(0)
    expect(later).toEqual([0, start!])
  },
)

test("a process that is not there is an error", async () => {
  const args = [script, "/none/such", "1"]
  const { exitCode, stderr } = await runIsolated({ executable: process.execPath, args })
  expect(exitCode).toBe(1)
  expect(stderr).toContain("no process runs /none/such")
})
