import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Report, reportSchema } from "../../scripts/audit/report.ts"
import { run } from "../../scripts/lib/process.ts"
import { leaks } from "./lib/leaks.ts"
import { plantLeak } from "./lib/plant-leak.ts"

// The whole command, on the executable that the build made and into whose module graph leaks were planted, ahead of the
// guard: all in one, as each leads to a host of its own, and what is found is a leak and nothing else. Beside it stands one
// with a harmless module in the same place. That one attempt is enough for the exit code is in
// audit.test.ts.

const folder = await mkdtemp(join(tmpdir(), "audit-mutations-"))
afterAll(() => rm(folder, { recursive: true }))

let planted: Audited
beforeAll(async () => {
  const seconds = 1 + Math.max(...leaks.map(({ after = 1 }) => after))
  planted = await audit("leaks", leaks.map(({ code }) => code).join("\n"), seconds)
})

test.each(leaks)("$title is found, and the audit ends with 1", ({ attempt }) => {
  const { exitCode, report } = planted
  expect(exitCode).toBe(1)
  const found = { kind: "tried", executable: "offline", host: attempt.name ?? attempt.address }
  expect(report.findings.filter(({ host }) => host === found.host)).toEqual([expect.objectContaining(found)])
  const attempts = report.results.flatMap(({ runs }) => runs.flatMap((one) => one.attempts))
  expect(attempts).toContainEqual(expect.objectContaining(attempt))
})

test("nothing else is found", () => {
  expect(planted.report.findings).toHaveLength(leaks.length)
})

test("an executable with a module that leaks nothing passes, and does its job", async () => {
  const { exitCode, report } = await audit("nothing", "globalThis.planted = send", 0)
  expect(report.findings).toEqual([])
  expect(report.results).toEqual([expect.objectContaining({ worked: true })])
  expect(exitCode).toBe(0)
})

/** Plants code, and audits the executable in a scenario that lasts so long. */
async function audit(title: string, code: string, seconds: number): Promise<Audited> {
  const own = join(folder, title)
  await mkdir(own)
  const file = join(own, "opencode")
  await plantLeak(code, file)
  await writeFile(join(own, "serve.ts"), scenario(seconds))
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

const scenario = (seconds: number) => `import { watchFor } from ${JSON.stringify(limits)}
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
