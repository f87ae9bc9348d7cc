import { expect, test } from "bun:test"
import { ask, hostsTried, runCommand, type Setup } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { once } from "../lib/once.ts"
import { sample } from "../lib/sampling.ts"
import { stockExecutable } from "../lib/stock.ts"

// A refused connection ends nothing but what needed it, and is told in one line: to the person, where one asked for it, and
// else in OpenCode's log. Beside it stands what upstream's tries in the same situation.

const offline = { executable: builtExecutable(), env: { OPENCODE_OFFLINE: "1" } }
const stock = { executable: await stockExecutable() }

/** A question that is answered at once. */
const question = (setup: Setup) => ask(setup, [{ text: "The mock model says hello." }])
const answered = { exitCode: 0, stdout: "The mock model says hello.\n" }
/** What upstream's is asked for as well. That ours was about to connect its own refusal says, and it names the host. */
const controls = sample(["configuration", "import", "login"])

const project = (settings: object) => ({ "opencode.json": JSON.stringify(settings) })

/** Lines on standard error that speak of a refusal, without colours. */
const refusals = (stderr: string) => stderr.split("\n").filter((line) => /blocked|offline/i.test(line))

/** What was refused, in an error of upstream's own or in a line of ours, and at the end the setting, once. */
function expectSetting(stderr: string, host: string): void {
  const said = refusals(stderr)
  for (const line of said) expect(line).toContain(`${host}:443 was blocked`)
  expect(said.filter((line) => line.includes("OPENCODE_OFFLINE_ALLOW"))).toEqual([
    expect.stringContaining(`OPENCODE_OFFLINE_ALLOW=${host}:443`),
  ])
  expect(said.at(-1)).toContain("OPENCODE_OFFLINE_ALLOW")
  expect(said.length).toBeLessThanOrEqual(2)
}

test.concurrent("import of a URL ends with an error, and names the setting once", async () => {
  const url = "https://share.example/share/abc"
  const result = await runCommand(offline, "import", url)
  expect(result).toMatchObject({ exitCode: 1, attempts: [] })
  expect(result.stderr).not.toContain("Unexpected error")
  expectSetting(result.stderr, "share.example")
  if (controls.includes("import"))
    expect(hostsTried(await runCommand(stock, "import", url))).toContain("share.example")
})

test.concurrent("console login, where the refusal is the cause of an error, ends with an error that names the host", async () => {
  const args = ["console", "login", "https://console.example"]
  const result = await runCommand(offline, ...args)
  expect(result).toMatchObject({ exitCode: 1, attempts: [] })
  expect(result.stderr).not.toContain("Unexpected error")
  expect(result.stderr).toContain("console.example")
  expectSetting(result.stderr, "console.example")
  if (controls.includes("login"))
    expect(hostsTried(await runCommand(stock, ...args))).toContain("console.example")
})

/** What is there once someone has signed in to an organisation's server. */
const signedIn = {
  ".local/share/opencode/auth.json": JSON.stringify({
    "https://corp.example": { type: "wellknown", key: "CORP_TOKEN", token: "t" },
  }),
}

const skills = { urls: ["https://skills.example/"] }
const instructions = ["https://rules.example/rules.md"]
const mcp = { tools: { type: "remote", url: "https://tools.example/mcp" } }

/** One question for all that a question goes on without. */
const run = once(() =>
  question({ ...offline, home: signedIn, files: project({ skills, instructions, mcp }) }),
)

test.concurrent("the configuration of an organisation's server is left out with one line, and the rest works", async () => {
  const result = await run()
  expect(result).toMatchObject({ ...answered, attempts: [] })
  expect(refusals(result.stderr).filter((line) => line.includes("corp.example"))).toEqual([
    expect.stringMatching(/^! Going on without it: fetch to corp\.example:443 was blocked/),
  ])
  if (!controls.includes("configuration")) return
  // It asks as it reads its configuration.
  const upstreams = await runCommand({ ...stock, home: signedIn }, "debug", "config")
  expect(hostsTried(upstreams)).toContain("corp.example")
})

test.concurrent("a sign-in ends with an error, and names the setting once", async () => {
  const result = await runCommand(offline, "auth", "login", "https://corp.example")
  expect(result).toMatchObject({ exitCode: 1, attempts: [] })
  expectSetting(result.stderr, "corp.example")
  expect(result.stderr).not.toContain("Unexpected error")
})

test.concurrent("skills and instructions from a URL are left out, and the question is answered", async () => {
  const result = await run()
  expect(result).toMatchObject({ ...answered, attempts: [] })
  expect(result.stderr).not.toMatch(/\n\s+at /)
  const upstreams = await question({ ...stock, files: project({ skills, instructions }) })
  expect(hostsTried(upstreams)).toEqual(expect.arrayContaining(["rules.example", "skills.example"]))
})

test.concurrent("an MCP server that is refused is shown as failed, with the reason, and the question is answered", async () => {
  expect(await run()).toMatchObject({ ...answered, attempts: [] })
  const files = project({ mcp })
  const { exitCode, stdout, stderr, attempts } = await runCommand({ ...offline, files }, "mcp", "list")
  expect({ exitCode, attempts }).toEqual({ exitCode: 0, attempts: [] })
  expect(stdout + stderr).toMatch(/tools .*failed[\s\S]*tools\.example:443 was blocked/)
})
