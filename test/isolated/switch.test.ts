import { afterAll, expect, test } from "bun:test"
import { rm } from "node:fs/promises"
import { dirname } from "node:path"
import semver from "semver"
import {
  converse,
  hostsTried,
  runCommand,
  runQuestion,
  serveAndAsk,
  toolResults,
  toolsOffered,
  untilTried,
} from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { stockExecutable } from "../lib/stock.ts"
import { triedByUpstream } from "../lib/tried.ts"
import { versionOf } from "../lib/version.ts"
import { markUpstream, UPSTREAM_MARK } from "./lib/mark-upstream.ts"

// What is on and what is off, seen from outside: by what is tried.

const built = { executable: builtExecutable() }
const stock = { executable: await stockExecutable() }

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

test.concurrent.each(["0", "false", "no", "off", ""])(
  "with OPENCODE_OFFLINE=%p it is off: the model catalogue is asked for",
  async (value) => {
    const result = await runCommand({ ...built, env: { OPENCODE_OFFLINE: value } }, "models")
    expect(hostsTried(result)).toContainEqual(catalogue)
  },
)

test.concurrent("--offline counts ahead of the command too", async () => {
  const result = await runCommand(built, "--offline", "run", "say hi")
  expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n", attempts: [] })
})

test.concurrent("--offline behind -- is part of the message and switches nothing on", async () => {
  const result = await runCommand(built, "run", "--", "say", "--offline")
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
  const result = await runQuestion({ ...built, files, env })
  expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n" })
  expect(hostsTried(result)).toEqual(["rules.example"])
})

/** Where upstream's gets what is inside ours: ripgrep, by patches the web UI and, from where ripgrep is, grammars. */
const ripgrep = "github.com"
const page = triedByUpstream.page === undefined ? [] : [triedByUpstream.page]

const triedBut = (result: Parameters<typeof hostsTried>[0], inside: string[]) =>
  hostsTried(result).filter((host) => !inside.includes(host))

test.concurrent("switched off, run does and tries what upstream's does, but for ripgrep, which is inside", async () => {
  const [ours, upstreams] = await Promise.all([runQuestion(built), runQuestion(stock)])
  expect(ours).toMatchObject({ exitCode: upstreams.exitCode, stdout: upstreams.stdout })
  expect(hostsTried(ours)).toEqual(triedBut(upstreams, [ripgrep]))
  expect(toolsOffered(ours)).toEqual(toolsOffered(upstreams))
  expect(toolResults(ours)).toEqual(toolResults(upstreams))
})

const marking = markUpstream()
afterAll(async () => rm(dirname(await marking), { recursive: true }))

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
    expect((await runCommand(marked, "debug", "paths")).files).toContain(UPSTREAM_MARK)
  },
)

test.concurrent("switched off, serve tries what upstream's does, except that the page and ripgrep come from inside", async () => {
  // An install goes on beside the answers.
  const [ours, upstreams] = await Promise.all(
    [built, stock].map((setup) => serveAndAsk(setup, untilTried(/^registry\./))),
  )
  expect(hostsTried(ours!)).toEqual(triedBut(upstreams!, [ripgrep, ...page]))
  expect(ours!.answers["GET /"]).toMatchObject({ status: 200, type: expect.stringContaining("text/html") })
  for (const path of ["GET /doc", "POST /session/ID/share"])
    expect(ours!.answers[path]!.status).toBe(upstreams!.answers[path]!.status)
  expect(ours!.stdout).not.toContain("offline")
})

test.concurrent("switched off, the TUI tries what upstream's does, but for what is inside, and says nothing of offline", async () => {
  const [ours, upstreams] = await Promise.all(
    [built, stock].map((setup) => converse(setup, untilTried("opncd.ai"))),
  )
  expect(hostsTried(ours!)).toEqual(triedBut(upstreams!, [...[ripgrep], ...page]))
  expect(ours!.screens.start).not.toContain("offline")
})
