import { afterAll, expect, test } from "bun:test"
import { rm } from "node:fs/promises"
import { dirname } from "node:path"
import semver from "semver"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { ask, hostsTried, runCommand, runQuestion, untilTried } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { once } from "../lib/once.ts"
import { sample } from "../lib/sampling.ts"
import { stockExecutable } from "../lib/stock.ts"
import { versionOf } from "../lib/version.ts"
import { markUpstream, UPSTREAM_MARK } from "./lib/mark-upstream.ts"

// What is on and what is off, seen from outside: by what is tried. That switched off everything is as upstream's is shown
// in stock.test.ts.

const built = { executable: builtExecutable() }
const stock = { executable: await stockExecutable() }

/** A turn without a tool. */
const hello = { text: "The mock model says hello." }

/** The host of a release's model catalogue. */
const catalogue = expect.stringMatching(/^models\./)

test.concurrent.each(["ture", "2", "offline"])(
  "OPENCODE_OFFLINE=%s stops with exit code 2 and names the values there are",
  async (value) => {
    const result = await runQuestion({ ...built, env: { OPENCODE_OFFLINE: value } })
    expect(result).toMatchObject({ exitCode: 2, stdout: "", attempts: [], providerRequests: [] })
    expect(result.stderr).toContain(`"${value}"`)
    for (const accepted of ["1", "true", "yes", "on", "0", "false", "no", "off"])
      expect(result.stderr).toMatch(new RegExp(`\\b${accepted}\\b`))
  },
)

const OFF = ["0", "false", "no", "off", ""]

test.concurrent.each(OFF)(
  "with OPENCODE_OFFLINE=%p the offline command says that it is off",
  async (value) => {
    const setup = { ...built, env: { OPENCODE_OFFLINE: value } }
    const { exitCode, stdout } = await runCommand(setup, "offline")
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^OpenCode is online: /),
    })
  },
)

// What the offline command says is what was decided once, ahead of all commands: one value here, each with --all.
test.concurrent.each(sample(OFF))(
  "with OPENCODE_OFFLINE=%p it is off: the model catalogue is asked for",
  async (value) => {
    const env = { OPENCODE_OFFLINE: value }
    const during = untilTried(/^models\./)
    const result = await runIsolated({ ...built, env, provider: true, args: ["models"], during })
    expect(hostsTried(result)).toContainEqual(catalogue)
  },
)

test.concurrent("--offline counts ahead of the command too", async () => {
  const words = ["--offline", "run", "say hi"]
  const result = await runIsolated({ ...built, args: words, provider: [hello] })
  expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n", attempts: [] })
})

test.concurrent("--offline behind -- is part of the message and switches nothing on", async () => {
  const words = ["run", "--", "say", "--offline"]
  const result = await runIsolated({ ...built, args: words, provider: [hello] })
  expect(result.exitCode).toBe(0)
  expect(hostsTried(result)).toContainEqual(catalogue)
  expect(JSON.stringify(result.providerRequests)).toContain("say --offline")
})

test.concurrent("the offline command prints what is allowed and who said so", async () => {
  const env = { OPENCODE_OFFLINE_ALLOW: "mirror.example:8443" }
  const { exitCode, stdout, attempts } = await runCommand({ ...built, env }, "offline", "--offline")
  expect({ exitCode, attempts }).toEqual({ exitCode: 0, attempts: [] })
  expect(stdout).toContain("OpenCode is offline (--offline)")
  expect(stdout).toMatch(/loopback +always/)
  expect(stdout).toMatch(/mirror\.example:8443 +OPENCODE_OFFLINE_ALLOW/)
  expect(stdout).toMatch(/127\.0\.0\.1:4010 .*provider\.mock\.options\.baseURL/)
})

test.concurrent("what OPENCODE_OFFLINE_ALLOW names is connected to, and nothing else", async () => {
  const files = {
    "opencode.json": JSON.stringify({
      instructions: ["https://rules.example/a.md", "https://other.example/b.md"],
    }),
  }
  const env = { OPENCODE_OFFLINE: "1", OPENCODE_OFFLINE_ALLOW: "rules.example" }
  const result = await ask({ ...built, files, env }, [hello])
  expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n" })
  expect(hostsTried(result)).toEqual(["rules.example"])
})

const marking = markUpstream()
afterAll(async () => rm(dirname(await marking), { recursive: true }))

/** A command of upstream's, which shows that the mark would be seen. */
const loading = once(async () => runCommand({ executable: await marking }, "debug", "paths"))

test.concurrent.each(["--version", "-v"])(
  "switched off, %s prints a version that counts as upstream's and can be told from it, and upstream's code is not loaded for it",
  async (option) => {
    const [ours, upstreams] = await Promise.all([built, stock].map((setup) => runCommand(setup, option)))
    const [own, stocks] = [ours!, upstreams!].map(({ stdout }) => stdout.trim())
    expect(ours).toMatchObject({ exitCode: 0, stdout: versionOf(), stderr: "", attempts: [] })
    expect(own).not.toBe(stocks!)
    // It throws for what is no version.
    expect(semver.compare(own!, stocks!)).toBe(0)
    const marked = { executable: await marking }
    expect((await runCommand(marked, option)).files).not.toContain(UPSTREAM_MARK)
    expect((await loading()).files).toContain(UPSTREAM_MARK)
  },
)
