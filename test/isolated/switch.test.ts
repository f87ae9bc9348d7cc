import { expect, test } from "bun:test"
import semver from "semver"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { hostsTried, runCommand, untilTried } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { sample } from "../lib/sampling.ts"
import { stockExecutable } from "../lib/stock.ts"
import { versionOf } from "../lib/version.ts"
import { runEach } from "./lib/run-each.ts"

// What is on and what is off, seen from outside: by what is tried. That switched off everything is as upstream's is shown
// in stock.test.ts.

const built = { executable: builtExecutable() }
const stock = { executable: await stockExecutable() }

/** A turn without a tool. */
const hello = { text: "The mock model says hello." }

/** The host of a release's model catalogue. */
const catalogue = expect.stringMatching(/^models\./)

const withValues = (values: string[], words: string[]) =>
  runEach(
    { ...built, provider: true },
    values.map((value) => ({ words, env: { OPENCODE_OFFLINE: value } })),
  )

test.concurrent("another value of OPENCODE_OFFLINE stops with exit code 2, and the values there are are named", async () => {
  const values = ["ture", "2", "offline"]
  const { each, attempts, providerRequests } = await withValues(values, ["run", "say hi"])
  expect({ attempts, providerRequests }).toEqual({ attempts: [], providerRequests: [] })
  for (const [index, { exitCode, stdout, stderr }] of each.entries()) {
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" })
    expect(stderr).toContain(`"${values[index]}"`)
    for (const accepted of ["1", "true", "yes", "on", "0", "false", "no", "off"])
      expect(stderr).toMatch(new RegExp(`\\b${accepted}\\b`))
  }
})

const OFF = ["0", "false", "no", "off", ""]

test.concurrent("with each value that says off, the offline command says that it is off", async () => {
  const { each } = await withValues(OFF, ["offline"])
  expect(each.map(({ exitCode, stdout }) => [exitCode, stdout])).toEqual(
    OFF.map(() => [0, expect.stringMatching(/^OpenCode is online: /)]),
  )
})

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
  const result = await runCommand(built, "--offline", "models")
  expect(result).toMatchObject({ exitCode: 0, stdout: "mock/mock-model\n", attempts: [] })
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

test.concurrent("switched off, --version and -v print a version that counts as upstream's and can be told from it", async () => {
  const { each, attempts } = await runEach(built, [["--version"], ["-v"]])
  expect(attempts).toEqual([])
  const stocks = (await runCommand(stock, "--version")).stdout.trim()
  for (const { exitCode, stdout, stderr } of each) {
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: versionOf(), stderr: "" })
    expect(stdout.trim()).not.toBe(stocks)
    // It throws for what is no version.
    expect(semver.compare(stdout.trim(), stocks)).toBe(0)
  }
})
