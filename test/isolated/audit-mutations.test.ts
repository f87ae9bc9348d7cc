import { afterAll, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Report, reportSchema } from "../../scripts/audit/report.ts"
import { run } from "../../scripts/lib/process.ts"
import { type Leak, leaks } from "./lib/leaks.ts"
import { plantLeak } from "./lib/plant-leak.ts"

// The whole command, on the executable that the build made and into whose module graph a leak was planted, ahead of the
// guard. Beside it stands one with a harmless module in the same place: what is found is the leak and nothing else.

const folder = await mkdtemp(join(tmpdir(), "audit-mutations-"))
afterAll(() => rm(folder, { recursive: true }))

test.concurrent.each(leaks)("$title is found, and the audit ends with 1", async ({ attempt, ...leak }) => {
  const { exitCode, report } = await audit(leak)
  expect(exitCode).toBe(1)
  expect(report.findings).toEqual([expect.objectContaining({ kind: "tried", executable: "offline" })])
  const attempts = report.results.flatMap(({ runs }) => runs.flatMap((one) => one.attempts))
  expect(attempts).toContainEqual(expect.objectContaining(attempt))
})

test.concurrent("an executable with a module that leaks nothing passes, and does its job", async () => {
  const { exitCode, report } = await audit({ title: "nothing", code: "globalThis.planted = send" })
  expect(report.findings).toEqual([])
  expect(report.results).toEqual([expect.objectContaining({ worked: true })])
  expect(exitCode).toBe(0)
})

/** Plants a leak, and audits the executable in a scenario that lasts long enough for it. */
async function audit({ title, code, after = 1 }: Omit<Leak, "attempt">): Promise<Audited> {
  const own = join(folder, title.replaceAll(" ", "-"))
  await mkdir(own)
  const file = join(own, "opencode")
  await plantLeak(code, file)
  await writeFile(join(own, "serve.ts"), serveFor(after + 1))
  const words = [file, "--scenarios", own, "--out", join(own, "report"), "--json"]
  const { exitCode, stdout } = await run(process.execPath, ["scripts/commands/audit.ts", ...words], {
    cwd: join(import.meta.dirname, "../.."),
    env: process.env,
  })
  await rm(file)
  return { exitCode, report: reportSchema.parse(JSON.parse(stdout)) }
}

interface Audited {
  exitCode?: number
  report: Report
}

const limits = join(import.meta.dirname, "../../scripts/isolation/limits.ts")

const serveFor = (seconds: number) => `import { watchFor } from ${JSON.stringify(limits)}
export default {
  title: "serve",
  what: "Starts serve, waits for its answer, and then for ${seconds} seconds.",
  worksOffline: true,
  async run({ isolated }) {
    let status
    await isolated({
      args: ["serve", "--port", "4321"],
      during: async ({ fetch, waitForServer }) => {
        const url = "http://127.0.0.1:4321/global/health"
        await waitForServer(url)
        status = (await fetch(url)).status
        await watchFor(${seconds * 1000})
      },
    })
    return { worked: status === 200, detail: "status " + status }
  },
}
`
