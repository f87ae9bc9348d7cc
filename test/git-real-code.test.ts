import { afterAll, beforeAll, expect, test } from "bun:test"
import { join } from "node:path"
import { runIsolated } from "../scripts/harness/run-opencode.ts"
import { run } from "../scripts/lib/process.ts"
import { chooseSeries } from "../scripts/patching/choose.ts"
import { readSeries } from "../scripts/patching/read-series.ts"
import { pinName } from "../scripts/pins/pin.ts"
import { readBuildRecord } from "../scripts/record/build-record.ts"
import { type GitProject, makeGitProject } from "./lib/git-project.ts"
import { makeRealUpstream } from "./lib/real-upstream.ts"
import { runsAll } from "./lib/sampling.ts"
import { gitPin, target } from "./lib/stock.ts"

// The git source on OpenCode's real code: lib/real-upstream.ts makes a repository of what is in the published executable,
// and the isolated tests and the audit run on what is built from it.

const ROOT = join(import.meta.dirname, "..")
const PIN = ["--pin", pinName(gitPin)]

let project: GitProject
let release: string
let executable: string

beforeAll(async () => {
  project = await makeGitProject(makeRealUpstream)
  const { exitCode, stderr } = await project.buildGit()
  if (exitCode !== 0) throw new Error(stderr)
  release = join(project.folder, `dist/${pinName(gitPin)}-${target.name}-git`)
  executable = join(release, "opencode")
})

afterAll(() => project?.remove())

/** Runs a script of this project, with the executable. */
function script(name: string, ...args: string[]) {
  const words = [join(ROOT, "scripts/commands", name), ...args]
  return run(process.execPath, words, { cwd: ROOT, env: process.env })
}

test("each patch finds its places in the real code, and is a commit", async () => {
  const { patches } = await readBuildRecord(join(release, "build.json"))
  const { chosen } = chooseSeries(await readSeries(), { version: gitPin.version, form: "source" })
  expect(patches.filter(({ commit }) => commit).map(({ name }) => name)).toEqual(
    chosen.map(({ name }) => name),
  )
})

test("with the switch off it asks for the catalogue, as upstream's does, and the recorder sees it", async () => {
  const { stdout, attempts } = await runIsolated({ executable, args: ["models"] })
  expect(stdout).toMatch(/^opencode\//m)
  expect(attempts.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^models\./))
})

// Sampled, as the same tests and scenarios run on the release source: all of them with --all. What the one scenario has that those
// tests have not: searches, edits, formatters and language servers.
const { tests, scenarios } = runsAll
  ? { tests: ["offline", "offline-features", "github", "switch", "stock", "grammars"], scenarios: [] }
  : { tests: ["offline"], scenarios: ["run-tools"] }

test("the isolated tests pass: run, serve, the TUI, and with --all the others", async () => {
  const files = tests.map((name) => `test/isolated/${name}.test`)
  const { exitCode, stdout, stderr } = await script("test.ts", ...PIN, "--executable", executable, ...files)
  const failed = [...new Set(String(stderr).match(/^\(fail\).*/gm))]
  expect({ exitCode, failed }).toEqual({ exitCode: 0, failed: [] })
  expect(stdout).toMatch(/^\d+ passed, 0 failed$/m)
})

test("offline, the audit finds nothing", async () => {
  const out = join(release, "../audit")
  const chosen = scenarios.flatMap((name) => ["--scenario", name])
  const words = [executable, ...PIN, ...chosen, "--json", "--out", out]
  const { stdout, stderr } = await script("audit.ts", "--", ...words)
  if (!stdout) throw new Error(String(stderr))
  const { executables, results, findings, allScenarios } = JSON.parse(String(stdout))
  expect(findings.map(({ line }: { line: string }) => line)).toEqual([])
  expect({ executables, allScenarios }).toMatchObject({
    executables: [{ variant: "offline" }],
    allScenarios: scenarios.length === 0,
  })
  expect(results.length).toBeGreaterThan(scenarios.length === 0 ? 20 : scenarios.length - 1)
})
