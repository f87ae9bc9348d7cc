import { expect, test } from "bun:test"
import { join } from "node:path"
import { type Setup, serve, serverUrl } from "../../scripts/harness/scenarios.ts"
import { watchFor } from "../../scripts/isolation/limits.ts"
import { builtExecutable } from "../lib/built.ts"
import { stockExecutable } from "../lib/stock.ts"

const script = join(import.meta.dirname, "../../scripts/isolation/advance-clock.ts")

/** How often the catalogue of models was fetched, at the start and after `seconds` were let pass. */
async function fetches(setup: Setup, ...seconds: number[]): Promise<number> {
  const { attempts } = await serve(setup, async ({ execute, fetch }) => {
    for (const each of seconds) {
      expect(await execute(process.execPath, [script, setup.executable, String(each)])).toMatchObject({
        exitCode: 0,
        stderr: "",
      })
      await (await fetch(`${serverUrl}/global/health`)).text()
    }
    await watchFor(1000)
  })
  return attempts.filter(({ protocol, name }) => protocol === "tcp" && name === "models.dev").length
}

test.each(["upstream's", "this build, online,"])(
  "an hour that is let pass has %s fetch the catalogue once more",
  async (whose) => {
    const executable = whose === "upstream's" ? await stockExecutable() : builtExecutable()
    expect(await fetches({ executable })).toBe(1)
    expect(await fetches({ executable }, 59 * 60)).toBe(1)
    expect(await fetches({ executable }, 61 * 60)).toBe(2)
    // What has been let pass adds up.
    expect(await fetches({ executable }, 59 * 60, 2 * 60)).toBe(2)
  },
)

test("a process that is not there is an error", async () => {
  await serve({ executable: builtExecutable() }, async ({ execute }) => {
    const { exitCode, stderr } = await execute(process.execPath, [script, "/none/such", "1"])
    expect(exitCode).toBe(1)
    expect(stderr).toContain("no process runs /none/such")
  })
})
