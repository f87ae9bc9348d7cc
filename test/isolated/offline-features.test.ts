import { expect, test } from "bun:test"
import { mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readModuleGraph } from "../../scripts/container/index.ts"
import { providerUrl, type Turn } from "../../scripts/harness/provider.ts"
import {
  ask,
  hostsTried,
  runCommand,
  runQuestion,
  type Setup,
  serve,
  serverUrl,
  toolResults,
  toolsOffered,
} from "../../scripts/harness/scenarios.ts"
import { readCliTable } from "../../scripts/upstream/cli-table.ts"
import { builtExecutable } from "../lib/built.ts"
import { stockExecutable } from "../lib/stock.ts"

// What would have connected: offline, each says so or works without, and tries nothing. Beside the features that upstream
// tries silently stands what the stock executable does in the same situation.

const offline = { executable: builtExecutable(), env: { OPENCODE_OFFLINE: "1" } }
const stock = { executable: await stockExecutable() }

const answered = { exitCode: 0, stdout: "The mock model says hello.\n" }
const project = (settings: object) => ({ "opencode.json": JSON.stringify(settings) })

test.concurrent.each([
  ["upgrade", "Upgrade is off because OpenCode is offline"],
  ["github install", "The GitHub command is off because OpenCode is offline"],
  ["github run", "The GitHub command is off because OpenCode is offline"],
  ["pr 1", "The GitHub command is off because OpenCode is offline"],
  ["models --refresh", "Refreshing the model catalogue is off because OpenCode is offline"],
])("offline, %s says that it is off, exits 1 and tries nothing", async (command, message) => {
  const { exitCode, stderr, attempts } = await runCommand(offline, ...command.split(" "))
  expect({ exitCode, attempts }).toEqual({ exitCode: 1, attempts: [] })
  expect(stderr).toContain(message)
})

test.concurrent.each(["upgrade", "github run", "pr", "models"])(
  "offline, the help of %s is upstream's",
  async (command) => {
    const words = [...command.split(" "), "--refresh", "--help"]
    const [ours, upstreams] = await Promise.all([offline, stock].map((setup) => runCommand(setup, ...words)))
    expect(ours).toMatchObject({ exitCode: 0, stderr: "", attempts: [] })
    // But for the option that is listed.
    const lines = ours!.stdout.split("\n").filter((line) => !/--offline|^ +\[boolean\]$/.test(line))
    const own = upstreams!.stdout.split("\n").filter((line) => !/^ +\[boolean\]$/.test(line))
    expect(lines).toEqual(own)
  },
)

test.concurrent("the commands that upstream's help lists are those that are read from its code", async () => {
  const { stdout } = await runCommand(stock, "--help")
  const listed = Array.from(stdout.matchAll(/^ {2}opencode ([a-z][\w-]*)/gm), ([, name]) => name!)
  expect(listed.length).toBeGreaterThan(10)
  const graph = readModuleGraph(await Bun.file(stock.executable).bytes())
  const { commands } = await readCliTable(
    { graph, sha256: "a test's" },
    await mkdtemp(join(tmpdir(), "cli-")),
  )
  expect(commands).toEqual(expect.arrayContaining(listed))
})

test.concurrent("offline, serve and web say so ahead of upstream's lines, their help does not", async () => {
  const said = "offline (OPENCODE_OFFLINE=1): see `opencode offline` for what may be connected to\n"
  const serving = await serve(offline, async () => {})
  expect(serving.stdout).toStartWith(said)
  expect(serving.stdout.slice(said.length)).toContain("opencode server listening")
  // With a port that is taken by nobody's leave, upstream's own line does not come.
  const web = await runCommand(offline, "web", "--port", "-1")
  expect(web.stdout).toStartWith(said)
  for (const command of ["serve", "web"]) {
    const { stdout } = await runCommand(offline, command, "--help")
    expect(stdout).not.toContain("offline (")
  }
})

test.concurrent.each([
  ["POST", "/global/upgrade", "Upgrade is off"],
  ["POST", "/session/ses_some/share", "Sharing is off"],
  ["DELETE", "/session/ses_some/share", "Sharing is off"],
])(
  "offline, the route %s %s answers that it is off and why, and tries nothing",
  async (method, path, message) => {
    const { attempts } = await serve(offline, async ({ fetch }) => {
      const headers = { "content-type": "application/json" }
      const response = await fetch(serverUrl + path, { method, headers, body: "{}" })
      expect(response.status).toBe(403)
      const answer = await response.json()
      expect(answer).toMatchObject({
        name: "OfflineError",
        data: { message: expect.stringContaining(message) },
      })
    })
    expect(attempts).toEqual([])
  },
)

test.concurrent("offline, run --share answers, says that sharing is off, and tries nothing", async () => {
  const result = await runCommand(offline, "run", "say hi", "--share")
  expect(result).toMatchObject({ ...answered, attempts: [] })
  expect(result.stderr).toContain("Sharing is off because OpenCode is offline (OPENCODE_OFFLINE=1)")
})

test.concurrent("share: auto does nothing offline, where upstream's tries opncd.ai", async () => {
  const files = project({ share: "auto" })
  expect(await runQuestion({ ...offline, files })).toMatchObject({ ...answered, attempts: [] })
  expect(hostsTried(await runQuestion({ ...stock, files }))).toContain("opncd.ai")
})

test.concurrent("offline, a plugin that is not on disk gives one error that names it, and the rest works", async () => {
  const files = project({ plugin: ["a-plugin-from-nowhere@1.2.3"] })
  const result = await runQuestion({ ...offline, files })
  expect(result).toMatchObject({ ...answered, attempts: [] })
  const errors = result.stderr.split("\n").filter((line) => line.includes("a-plugin-from-nowhere"))
  expect(errors).toEqual([expect.stringContaining("a-plugin-from-nowhere@1.2.3 is not installed")])
  expect(errors[0]).toMatch(/npm install --prefix \S+ a-plugin-from-nowhere@1\.2\.3/)
})

test.concurrent("offline, a provider package that is not on disk gives one error that names it", async () => {
  const provider = { other: { npm: "a-provider-from-nowhere", models: { some: {} } } }
  const result = await runCommand(
    { ...offline, files: project({ provider }) },
    "run",
    "hi",
    "-m",
    "other/some",
  )
  expect(result.attempts).toEqual([])
  const errors = result.stderr.split("\n").filter((line) => line.includes("a-provider-from-nowhere"))
  expect(errors).toEqual([expect.stringContaining("a-provider-from-nowhere@latest is not installed")])
})

test.concurrent("offline, the dependencies of a .opencode folder are not installed; upstream's tries to", async () => {
  const files = {
    ".opencode/package.json": JSON.stringify({ dependencies: { "a-package-from-nowhere": "1.0.0" } }),
    ".opencode/command/hello.md": "Say hello",
  }
  const result = await runQuestion({ ...offline, files })
  expect(result).toMatchObject({ ...answered, attempts: [] })
  expect(result.files.filter((file) => file.startsWith("project/"))).toEqual([
    "project/.opencode/command/hello.md",
    "project/.opencode/package.json",
  ])
  expect(hostsTried(await runQuestion({ ...stock, files }))).toContainEqual(
    expect.stringMatching(/^registry\./),
  )
})

test.concurrent("with OPENCODE_ENABLE_EXA=1, web and code search are offered by upstream's and not offline", async () => {
  const exa = { OPENCODE_ENABLE_EXA: "1" }
  const search = ["codesearch", "websearch"]
  const upstream = toolsOffered(await runQuestion({ ...stock, env: exa }))
  expect(upstream).toEqual(expect.arrayContaining(search))
  const result = await runQuestion({ ...offline, env: { ...offline.env, ...exa } })
  expect(result.attempts).toEqual([])
  expect(toolsOffered(result)).toEqual(upstream.filter((tool) => !search.includes(tool)))
})

test.concurrent("with OpenCode Zen, web and code search are offered by upstream's and not offline", async () => {
  const files = project({ provider: { opencode: { options: { baseURL: providerUrl, apiKey: "none" } } } })
  const zen = (setup: Setup) =>
    runCommand({ ...setup, files }, "run", "hi", "-m", "opencode/nemotron-3-super-free")
  const search = ["codesearch", "websearch"]
  expect(toolsOffered(await zen(stock))).toEqual(expect.arrayContaining(search))
  const offered = toolsOffered(await zen(offline))
  expect(offered).toContain("bash")
  expect(offered.filter((tool) => search.includes(tool))).toEqual([])
})

test.concurrent("offline, webfetch tells the model what was blocked and which setting allows it", async () => {
  const turns = [
    { tool: "webfetch", input: { url: "https://page.example/", format: "text" } },
    { text: "Done." },
  ]
  const result = await ask(offline, turns)
  expect(result).toMatchObject({ exitCode: 0, attempts: [] })
  expect(toolResults(result)).toEqual([
    expect.stringMatching(/page\.example:443 was blocked.*OPENCODE_OFFLINE_ALLOW=page\.example:443/),
  ])
})

test.concurrent("offline, a file for which a language server would be downloaded is written all the same", async () => {
  const turns: Turn[] = [
    { tool: "write", input: { filePath: "a.lua", content: "print(1)\n" } },
    { text: "Done." },
  ]
  const result = await ask(offline, turns)
  expect(result).toMatchObject({ exitCode: 0, stdout: "Done.\n", attempts: [] })
  expect(result.files).toContain("project/a.lua")
  expect(hostsTried(await ask(stock, turns))).toContain("api.github.com")
})

test.concurrent("offline, remote instructions and MCP servers of a project are not asked, whatever it allows itself", async () => {
  const files = project({
    offline: { allow: ["rules.example", "tools.example", "203.0.113.5"] },
    instructions: ["https://rules.example/rules.md"],
    mcp: {
      named: { type: "remote", url: "https://tools.example/mcp" },
      numbered: { type: "remote", url: "http://203.0.113.5/mcp" },
    },
  })
  expect(await runQuestion({ ...offline, files })).toMatchObject({ ...answered, attempts: [] })
})

test.concurrent("offline, nothing waits for a firewall that drops packets", async () => {
  const files = project({ instructions: ["https://rules.example/rules.md"] })
  // Nothing is sent, so there is nothing whose answer could be waited for; how long it takes is for `npm run bench`.
  expect(await runQuestion({ ...offline, files, mode: "drop" })).toMatchObject({ ...answered, attempts: [] })
})
