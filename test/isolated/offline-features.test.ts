import { expect, test } from "bun:test"
import { mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readModuleGraph } from "../../scripts/container/index.ts"
import { providerUrl, type Turn } from "../../scripts/harness/provider.ts"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import {
  ask,
  enter,
  hostsTried,
  runCommand,
  type Setup,
  serve,
  serverUrl,
  share,
  toolResults,
  toolsOffered,
} from "../../scripts/harness/scenarios.ts"
import { readCliTable } from "../../scripts/upstream/cli-table.ts"
import { builtExecutable } from "../lib/built.ts"
import { once } from "../lib/once.ts"
import { runsAll, sample } from "../lib/sampling.ts"
import { pin, stockExecutable } from "../lib/stock.ts"
import { runEach } from "./lib/run-each.ts"

// What would have connected: offline, each says so or works without, and tries nothing. Beside the features that upstream
// tries silently stands what the stock executable does in the same situation.

const offline = { executable: builtExecutable(), env: { OPENCODE_OFFLINE: "1" } }
const stock = { executable: await stockExecutable() }

const hello: Turn = { text: "The mock model says hello." }
const answered = { exitCode: 0, stdout: "The mock model says hello.\n" }
const project = (settings: object) => ({ "opencode.json": JSON.stringify(settings) })

/** With it, upstream's offers its search. */
const exa = { OPENCODE_ENABLE_EXA: "1" }

/** Every other variable that asks for it. */
const otherSearches = {
  OPENCODE_EXPERIMENTAL: "1",
  OPENCODE_EXPERIMENTAL_EXA: "1",
  OPENCODE_ENABLE_PARALLEL: "1",
  OPENCODE_EXPERIMENTAL_PARALLEL: "1",
  OPENCODE_WEBSEARCH_PROVIDER: "parallel",
}

/** A tool that gives back every form of the error that it is given. */
const FETCHES = `export default { description: "Fetches", args: {}, async execute() {
  const error = await fetch("https://tool.example/").catch((error) => error)
  return [Bun.inspect(error), JSON.stringify(error), String(error), error.stack, ...Object.getOwnPropertyNames(error)].join("\\n")
} }`

/** Of a .opencode folder. */
const folder = {
  ".opencode/package.json": JSON.stringify({ dependencies: { "a-package-from-nowhere": "1.0.0" } }),
  ".opencode/command/hello.md": "Say hello",
}
const tool = { ".opencode/tool/fetches.js": FETCHES }
/** Language servers are on by themselves in some releases only. */
const settings = { share: "auto", lsp: {} }
const writesLua: Turn = { tool: "write", input: { filePath: "a.lua", content: "print(1)\n" } }
const searches: Turn = { tool: "websearch", input: { query: "anything" } }

/** One run that would connect for many reasons: what comes of each is a test of its own. */
const run = once(() => {
  const more = {
    plugin: ["a-plugin-from-nowhere@1.2.3"],
    offline: { allow: ["rules.example", "tools.example", "203.0.113.5"] },
    instructions: ["https://rules.example/rules.md"],
    mcp: {
      named: { type: "remote", url: "https://tools.example/mcp" },
      numbered: { type: "remote", url: "http://203.0.113.5/mcp" },
    },
  }
  const files = { ...project({ ...settings, ...more }), ...folder, ...tool }
  const webfetch = { tool: "webfetch", input: { url: "https://page.example/", format: "text" } }
  const env = { ...offline.env, ...exa, ...otherSearches }
  return ask({ ...offline, env, files, args: ["--share"] }, [
    writesLua,
    searches,
    webfetch,
    { tool: "fetches", input: {} },
    hello,
  ])
})

/** What its four tools gave back, each once. */
async function resultsOfTools(): Promise<string[]> {
  const { providerRequests, ...result } = await run()
  const last = providerRequests.findLast(({ body }) => (body?.tools?.length ?? 0) > 0)
  const results = toolResults({ ...result, providerRequests: [last!] })
  expect(results).toHaveLength(4)
  return results
}

/** Upstream's, of which each reason has another host. A tool of the project's it would load once its install has ended. */
const upstreamsRun = once(() =>
  ask({ ...stock, env: exa, files: { ...project(settings), ...folder } }, [writesLua, searches, hello]),
)

const refused: [command: string, message: string][] = [
  ["upgrade", "Upgrade is off because OpenCode is offline"],
  ["github install", "The GitHub command is off because OpenCode is offline"],
  ["github run", "The GitHub command is off because OpenCode is offline"],
  ["pr 1", "The GitHub command is off because OpenCode is offline"],
  ["models --refresh", "Refreshing the model catalogue is off because OpenCode is offline"],
]

test.concurrent("offline, commands that would connect say that they are off, exit with 1 and try nothing", async () => {
  const lines = refused.map(([command]) => command.split(" "))
  const { each, attempts } = await runEach(offline, lines)
  expect(each.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(
    refused.map(([, message]) => [1, expect.stringContaining(message)]),
  )
  expect(attempts).toEqual([])
})

/** A command that is off as a whole, and one that is off with an option; those that are like the first with --all. */
const helped = ["upgrade", "models", ...(runsAll ? ["github run", "pr"] : [])]
const helpOf = helped.map((command) => [...command.split(" "), "--refresh", "--help"])

/** Behind them, the help of a server, of which upstream's is the same; and ahead of upstream's, its list of commands. */
const ourHelp = once(() => runEach({ ...offline, provider: true }, [...helpOf, ["serve", "--help"]]))
const upstreamsHelp = once(() => runEach({ ...stock, provider: true }, [["--help"], ...helpOf]))

test.concurrent("offline, the help of a command that is off is upstream's", async () => {
  const { each, attempts } = await ourHelp()
  const upstreams = (await upstreamsHelp()).each.slice(1)
  expect(attempts).toEqual([])
  for (const [index, { stdout, stderr }] of upstreams.entries()) {
    const ours = each[index]!
    expect(ours.exitCode).toBe(0)
    // Upstream's fetches beside it, and may say that it failed.
    expect(helpLines(ours)).toEqual(helpLines({ stdout, stderr: stderr.replace(/^ERROR .*\n/gm, "") }))
    expect(Object.values(helpLines(ours)).flat().length).toBeGreaterThan(5)
  }
})

/** What is printed to either, without the option that ours lists. */
function helpLines({ stdout, stderr }: Record<"stdout" | "stderr", string>) {
  const lines = (text: string) =>
    text.split("\n").filter((line) => !/^ +--offline\b|^ +\[boolean\]$/.test(line))
  return { stdout: lines(stdout), stderr: lines(stderr) }
}

test.concurrent("the commands that upstream's help lists are those that are read from its code", async () => {
  const [{ stdout, stderr }] = (await upstreamsHelp()).each
  const listed = Array.from((stdout + stderr).matchAll(/^ {2}opencode ([a-z][\w-]*)/gm), ([, name]) => name!)
  expect(listed.length).toBeGreaterThan(10)
  const graph = readModuleGraph(await Bun.file(stock.executable).bytes())
  const { commands } = await readCliTable(
    { graph, sha512: "a test's" },
    await mkdtemp(join(tmpdir(), "cli-")),
  )
  expect(commands).toEqual(expect.arrayContaining(listed))
})

const routes: [method: string, path: string, message: string][] = [
  ["POST", "/global/upgrade", "Upgrade is off"],
  ["POST", "/session/ses_some/share", "Sharing is off"],
  ["DELETE", "/session/ses_some/share", "Sharing is off"],
]

/** One server that was asked for all of these. */
const served = once(async () => {
  const answers: Record<string, { status: number; text: string }> = {}
  let web = ""
  const result = await serve(offline, async ({ fetch, execute }) => {
    const headers = { "content-type": "application/json" }
    // What newer releases need to know of an upgrade; a request without it is refused for that.
    const body = JSON.stringify({ target: "99.0.0" })
    for (const [method, path] of routes) {
      const response = await fetch(serverUrl + path, { method, headers, body })
      answers[`${method} ${path}`] = { status: response.status, text: await response.text() }
    }
    // Upstream's refuses the option, which is behind what is looked at here.
    web = (await execute(offline.executable, ["web", "--no-such-option"])).stdout
  })
  return { ...result, answers, web }
})

test.concurrent("offline, serve and web say so ahead of upstream's lines, their help does not", async () => {
  const said = "offline (OPENCODE_OFFLINE=1): see `opencode offline` for what may be connected to\n"
  const serving = await served()
  expect(serving.stdout).toStartWith(said)
  expect(serving.stdout.slice(said.length)).toContain("opencode server listening")
  expect(serving.web).toStartWith(said)
  const { stdout, stderr } = (await ourHelp()).each.at(-1)!
  expect(stdout + stderr).toContain("--port")
  expect(stdout + stderr).not.toContain("offline (")
})

test.concurrent.each(routes)(
  "offline, the route %s %s answers that it fails, and why, and tries nothing",
  async (method, path, message) => {
    const { attempts, answers } = await served()
    const { status, text } = answers[`${method} ${path}`]!
    expect(status).toBe(403)
    expect(JSON.parse(text)).toMatchObject({
      name: "OfflineError",
      data: { message: expect.stringContaining(message) },
    })
    expect(attempts).toEqual([])
  },
)

test.concurrent("offline, run --share answers, says that sharing is off, and tries nothing; --share=false says nothing of it", async () => {
  const result = await run()
  expect(result).toMatchObject({ ...answered, attempts: [] })
  expect(result.stderr).toContain("! Sharing is off because OpenCode is offline (OPENCODE_OFFLINE=1)")
  expect((await unknownProvider()).stderr).not.toContain("Sharing")
})

/** A conversation in the TUI whose model fetches something; then it is to be shared. */
async function fetchAndShare(columns: number) {
  let shared = ""
  const webfetch = { tool: "webfetch", input: { url: "https://page.example/", format: "text" } }
  const result = await runIsolated({
    ...offline,
    provider: [webfetch, { text: "All is done." }],
    pty: { columns, rows: 40 },
    async during({ waitFor, type, screen }) {
      await waitFor("Mock Model")
      await waitFor(`${pin.version} offline`)
      await enter({ type, waitFor }, "fetch it", "To allow it")
      await waitFor("All is done.")
      // The version is gone from a narrow session.
      await waitFor("commands · offline")
      await share({ type, waitFor }, () => waitFor("Sharing is off"))
      shared = await screen()
    },
  })
  return { ...result, shared }
}

const narrow = once(() => fetchAndShare(80))

// A wide one is that of offline.test.ts, too.
test.concurrent.each(sample([80, 120]))(
  "offline, the TUI of %d columns shows it in every view, and says that sharing is off without asking first",
  async (columns) => {
    const { attempts, shared } = await (columns === 80 ? narrow() : fetchAndShare(columns))
    expect(attempts).toEqual([])
    expect(shared).not.toMatch(/Are you sure|undefined|Failed/)
  },
)

test.concurrent("share: auto does nothing offline, where upstream's tries opncd.ai", async () => {
  expect(await run()).toMatchObject({ ...answered, attempts: [] })
  expect(hostsTried(await upstreamsRun())).toContain("opncd.ai")
})

test.concurrent("offline, a plugin that is not on disk gives one error that names it, and the rest works", async () => {
  const result = await run()
  expect(result).toMatchObject({ ...answered, attempts: [] })
  const errors = result.stderr.split("\n").filter((line) => line.includes("a-plugin-from-nowhere"))
  expect(errors).toEqual([expect.stringContaining("a-plugin-from-nowhere@1.2.3 is not installed")])
  expect(errors[0]).toMatch(/npm install --prefix \S+ a-plugin-from-nowhere@1\.2\.3/)
})

/** A question to a provider whose package is not on disk. */
const unknownProvider = once(() => {
  const provider = { other: { npm: "a-provider-from-nowhere", models: { some: {} } } }
  const words = ["run", "hi", "-m", "other/some", "--share=false"]
  return runCommand({ ...offline, files: project({ provider }) }, ...words)
})

test.concurrent("offline, a provider package that is not on disk is an error and one line that names it", async () => {
  const result = await unknownProvider()
  expect(result.attempts).toEqual([])
  expect(result.stderr).toMatch(/error/i)
  const errors = result.stderr.split("\n").filter((line) => line.includes("a-provider-from-nowhere"))
  expect(errors).toEqual([expect.stringContaining("a-provider-from-nowhere@latest is not installed")])
})

test.concurrent("offline, the dependencies of a .opencode folder are not installed; upstream's tries to", async () => {
  const result = await run()
  expect(result).toMatchObject({ ...answered, attempts: [] })
  const left = result.files.filter((file) => file.startsWith("project/"))
  expect(left.filter((file) => /node_modules|lock/.test(file))).toEqual([])
  // Newer releases have git ignore what would be installed, ahead of it.
  const ours = left.filter((file) => !file.endsWith("/.gitignore"))
  const given = [...Object.keys({ ...folder, ...tool }), "opencode.json", "a.lua"]
  expect(ours.toSorted()).toEqual(given.map((file) => `project/${file}`).toSorted())
  expect(hostsTried(await upstreamsRun())).toContainEqual(expect.stringMatching(/^registry\./))
})

/** Releases from some on have the second alone. */
const isSearch = (tool: string) => tool === "codesearch" || tool === "websearch"

test.concurrent("with OPENCODE_ENABLE_EXA=1, upstream's search is offered by upstream's and, whatever else asks for it, not offline", async () => {
  const upstream = toolsOffered(await upstreamsRun())
  expect(upstream).toContain("websearch")
  const result = await run()
  expect(result).toMatchObject({ ...answered, attempts: [] })
  const offered = [...upstream.filter((tool) => !isSearch(tool)), "fetches"]
  expect(toolsOffered(result)).toEqual(offered.toSorted())
})

/** What an agent is offered, without a question. */
async function toolsOfAgent(setup: Setup) {
  const { stdout, attempts } = await runCommand(setup, "debug", "agent", "build")
  const { tools } = JSON.parse(stdout.slice(stdout.indexOf("{\n"))) as { tools: Record<string, boolean> }
  return { tools: Object.keys(tools), attempts }
}

// That upstream's reads such a variable is seen of one, above.
if (runsAll)
  test.concurrent("with every other variable that asks for it, upstream's search is offered by upstream's", async () => {
    expect((await toolsOfAgent({ ...stock, env: otherSearches })).tools).toContain("websearch")
  })

test.concurrent("offline, a model that searches the web all the same gets an error, and nothing is tried; upstream's goes out", async () => {
  expect(await run()).toMatchObject({ ...answered, attempts: [] })
  const [, found] = await resultsOfTools()
  expect(found).toMatch(/unavailable tool 'websearch'/)
  expect(hostsTried(await upstreamsRun())).toContain("mcp.exa.ai")
})

test.concurrent("with OpenCode Zen, upstream's search is offered by upstream's and not offline", async () => {
  // A model that no catalogue of a release has to list.
  const options = { baseURL: providerUrl, apiKey: "none" }
  const files = project({
    model: "opencode/some-model",
    provider: { opencode: { options, models: { "some-model": {} } } },
  })
  expect((await toolsOfAgent({ ...stock, files })).tools).toContain("websearch")
  const { tools, attempts } = await toolsOfAgent({ ...offline, files })
  expect(attempts).toEqual([])
  expect(tools).toContain("bash")
  expect(tools.filter(isSearch)).toEqual([])
})

/** What would allow it, in any of its forms. */
const SETTING = /OPENCODE_OFFLINE_ALLOW|offline\W+allow\W/

test.concurrent("offline, webfetch fails: the model is told what was blocked, and the person alone which setting allows it", async () => {
  const result = await run()
  expect(result).toMatchObject({ exitCode: 0, attempts: [] })
  const [, , fetched] = await resultsOfTools()
  expect(fetched).toMatch(/page\.example:443 was blocked.*A person can allow it/)
  expect(JSON.stringify(result.providerRequests)).not.toMatch(SETTING)
  expect(result.stderr).toContain("OPENCODE_OFFLINE_ALLOW=page.example:443")
})

test.concurrent("offline, no form of the error that a custom tool is given has the setting", async () => {
  const result = await run()
  const [, , , given] = await resultsOfTools()
  expect(given).toContain("tool.example:443 was blocked")
  expect(JSON.stringify(result.providerRequests)).not.toMatch(SETTING)
})

test.concurrent("offline, the TUI shows the person the setting, and the model is not told it", async () => {
  const result = await narrow()
  expect(result.attempts).toEqual([])
  expect(toolResults(result)).toEqual([expect.stringMatching(/page\.example:443 was blocked/)])
  expect(JSON.stringify(result.providerRequests)).not.toMatch(SETTING)
})

test.concurrent("offline, a file for which a language server would be downloaded is written all the same", async () => {
  const result = await run()
  expect(result).toMatchObject({ ...answered, attempts: [] })
  expect(result.files).toContain("project/a.lua")
  expect(hostsTried(await upstreamsRun())).toContain("api.github.com")
})

test.concurrent("offline, remote instructions and MCP servers of a project are not asked, whatever it allows itself", async () => {
  expect(await run()).toMatchObject({ ...answered, attempts: [] })
})
