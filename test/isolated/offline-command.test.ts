import { afterAll, expect, test } from "bun:test"
import { rm } from "node:fs/promises"
import { dirname } from "node:path"
import { readModuleGraph } from "../../scripts/container/index.ts"
import { readHelpPages } from "../../scripts/contents/help.ts"
import { type IsolatedContext, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { ask, runCommand } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { once } from "../lib/once.ts"
import { stockExecutable } from "../lib/stock.ts"
import { idle } from "./lib/idle.ts"
import { markUpstream, UPSTREAM_MARK } from "./lib/mark-upstream.ts"

// What a person is told: what would be allowed, and what was denied.

const offline = { executable: builtExecutable(), env: { OPENCODE_OFFLINE: "1" } }
const allowing = { ...offline, env: { ...offline.env, OPENCODE_OFFLINE_ALLOW: "llm.example:443" } }

test.concurrent.each([
  ["https://llm.example/v1", 0, /^allowed {2}https:\/\/llm\.example\/v1\n.*OPENCODE_OFFLINE_ALLOW/],
  ["http://llm.example/v1", 1, /^denied .*\n.*OPENCODE_OFFLINE_ALLOW=llm\.example:80/],
  ["https://LLM.example.:443/", 0, /^allowed/],
  ["http://2130706433:99/", 0, /loopback/],
])("offline check %s exits with %p, says why and looks nothing up", async (url, code, text) => {
  const { exitCode, stdout, attempts } = await runCommand(allowing, "offline", "check", url)
  expect({ exitCode, attempts }).toEqual({ exitCode: code, attempts: [] })
  expect(stdout).toMatch(text)
})

test.concurrent.each([[["llm.example:443"]], [["not a URL"]], [[]]])(
  "offline check with %p exits with 2",
  async (words) => {
    const { exitCode, stdout, stderr } = await runCommand(allowing, "offline", "check", ...words)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" })
    expect(stderr).toContain("is no URL with a host and a port")
  },
)

test.concurrent("offline check --json says the same to a pipeline", async () => {
  const { exitCode, stdout } = await runCommand(allowing, "offline", "check", "https://llm.example", "--json")
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    url: "https://llm.example/",
    allowed: true,
    rule: "llm.example:443",
    origin: "OPENCODE_OFFLINE_ALLOW",
    why: expect.any(String),
  })
})

test.concurrent.each([
  [["offline", "--help"], /^opencode offline\n[\s\S]*opencode offline check \[url\][\s\S]*--json/],
  [["offline", "check", "-h"], /^opencode offline check \[url\]\n[\s\S]*--json/],
])("%p prints what is accepted", async (words, help) => {
  const { exitCode, stdout, stderr, attempts } = await runCommand(allowing, ...words)
  expect({ exitCode, stderr, attempts }).toEqual({ exitCode: 0, stderr: "", attempts: [] })
  expect(stdout).toMatch(help)
})

test.concurrent("offline help lists pages, prints each, and exits with 2 for another", async () => {
  const pages = await readHelpPages()
  const list = await runCommand(offline, "offline", "help")
  expect({ ...list, stdout: "" }).toMatchObject({ exitCode: 0, stderr: "", attempts: [] })
  const named = list.stdout.matchAll(/^ {2}(\S+) {2,}\S/gm)
  expect(Array.from(named, ([, topic]) => topic!)).toEqual(Object.keys(pages))
  for (const [topic, text] of Object.entries(pages)) {
    const page = await runIsolated({ executable: offline.executable, args: ["offline", "help", topic] })
    expect(page).toMatchObject({ exitCode: 0, stdout: text, files: [], attempts: [] })
  }
  const other = await runCommand(offline, "offline", "help", "polcy")
  expect({ code: other.exitCode, out: other.stdout }).toEqual({ code: 2, out: "" })
  expect(other.stderr).toContain('There is no page "polcy"')
})

test.concurrent.each([
  [["offline", "show"], "show"],
  [["offline", "--quiet"], "--quiet"],
  [["offline", "--json=yes"], "--json=yes"],
  [["offline", "check", "https://a.example", "https://b.example"], "https://b.example"],
  [["--pure", "offline"], "--pure"],
  [["offline", "--", "check"], "--"],
])("%p exits with 2 and says what is accepted", async (words, word) => {
  const { exitCode, stdout, stderr } = await runCommand(allowing, ...words)
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" })
  expect(stderr).toContain(`"${word}" is not accepted here. Write: opencode offline [--json]`)
})

const marking = markUpstream()
afterAll(async () => rm(dirname(await marking), { recursive: true }))

/** A command of upstream's, which shows that the mark would be seen. */
const loading = once(async () => runCommand({ ...offline, executable: await marking }, "debug", "paths"))

test.concurrent.each([
  [["offline"]],
  [["offline", "check", "https://a.example"]],
  [["upgrade"]],
  [["pr", "1"]],
])("nothing of upstream's is evaluated for %p", async (words) => {
  const marked = { ...offline, executable: await marking }
  expect((await runCommand(marked, ...words)).files).not.toContain(UPSTREAM_MARK)
  expect((await loading()).files).toContain(UPSTREAM_MARK)
})

test.concurrent.each([[["offline"]], [["offline", "check", "https://a.example"]]])(
  "with the switch off, %p connects to nothing and leaves no file",
  async (words) => {
    const { executable } = offline
    const { exitCode, files, attempts } = await runIsolated({ executable, args: words })
    expect({ exitCode, files, attempts }).toEqual({ exitCode: 0, files: [], attempts: [] })
  },
)

/** A turn without a tool. */
const hello = { text: "The mock model says hello." }

const instructed = {
  "opencode.json": JSON.stringify({ instructions: ["https://rules.example/rules.md"] }),
}

const denied = { pid: expect.any(Number), host: "rules.example", port: 443, api: "fetch" }

test.concurrent("a denial goes to the file that is named, and the offline command reads it back", async () => {
  const env = { ...offline.env, OPENCODE_OFFLINE_LOG: "denied.jsonl" }
  const during = async ({ execute, folder }: IsolatedContext) => {
    const { exitCode } = await execute(offline.executable, ["run", "say hi"])
    expect(exitCode).toBe(0)
    const lines = await readLines(`${folder.project}/denied.jsonl`)
    const found = lines.map((line) => JSON.parse(line)).find(({ host }) => host === "rules.example")
    const [, module] = found.caller.match(/(\/\$bunfs\/\S+):\d+:\d+$/)
    expect(await upstreamsModules()).toContain(module)
    expect(found).toMatchObject({ ...denied, thread: 0 })
    const { stdout } = await execute(offline.executable, ["offline"])
    expect(stdout).toMatch(
      /Denied so far, the last \d+ .*denied\.jsonl\):\n[\s\S]*rules\.example:443 {2}fetch/,
    )
    const report = JSON.parse((await execute(offline.executable, ["offline", "--json"])).stdout)
    expect(report.denied).toContainEqual(found)
    expect(report.log).toEndWith("/denied.jsonl")
  }
  await runIsolated({ ...idle, env, files: instructed, provider: [hello], during })
})

test.concurrent("a denial in the TUI's worker goes to the file and, by a patch, to OpenCode's log, and nothing of it to the screen", async () => {
  await runIsolated({
    ...offline,
    env: { ...offline.env, OPENCODE_OFFLINE_LOG: "denied.jsonl" },
    files: instructed,
    provider: [hello],
    pty: true,
    async during({ waitFor, waitUntil, type, screen, folder }) {
      await waitFor("Ask anything")
      await waitFor("Mock Model")
      await type("say hi")
      await waitFor("say hi")
      await type("\r")
      const file = `${folder.project}/denied.jsonl`
      await waitUntil("the denial in the file", async () =>
        (await readLines(file).catch(() => [])).some((line) => line.includes("rules.example")),
      )
      // Of upstream's own logger, and of Effect's.
      const fields = "service=offline host=rules\\.example port=443 api=fetch"
      const logged = new RegExp(
        `^(WARN .*${fields} .*denied|timestamp=\\S+ level=WARN message=denied ${fields}\\b.*)$`,
        "m",
      )
      await waitUntil("the denial in OpenCode's log, which is written late", async () =>
        logged.test(await logIn(`${folder.home}/.local/share/opencode/log`)),
      )
      // What the model answers is drawn after what was denied ahead of it.
      await waitFor("The mock model says hello.")
      // A person is told of it in a toast; no line of a log is drawn over the screen.
      expect(await screen()).not.toMatch(/service=offline|level=WARN|"event"/)
      const lines = await readLines(file)
      const threads = lines.map((line) => JSON.parse(line)).map(({ host, thread }) => ({ host, thread }))
      expect(threads).toContainEqual({ host: "rules.example", thread: expect.any(Number) })
      expect(threads.filter(({ thread }) => thread === 0)).toEqual([])
    },
  })
})

/** The names of the modules that upstream's executable has. */
async function upstreamsModules(): Promise<string[]> {
  const { modules } = readModuleGraph(await Bun.file(await stockExecutable()).bytes())
  return modules.map(({ name }) => name)
}

async function logIn(folder: string): Promise<string> {
  const files = await Array.fromAsync(new Bun.Glob("*.log").scan({ cwd: folder, absolute: true }))
  return (await Promise.all(files.map((file) => Bun.file(file).text()))).join("")
}

async function readLines(file: string): Promise<string[]> {
  return (await Bun.file(file).text()).trimEnd().split("\n")
}

test.concurrent("without such a file, the offline command says where denials go", async () => {
  const { stdout } = await runCommand(offline, "offline")
  expect(stdout).toContain("are in OpenCode's log, and in the file that OPENCODE_OFFLINE_LOG names")
})

test.concurrent("a log that cannot be written does not change what OpenCode does", async () => {
  const env = { ...offline.env, OPENCODE_OFFLINE_LOG: "/proc/none/denied.jsonl" }
  const result = await ask({ ...offline, env, files: instructed }, [hello])
  expect(result).toMatchObject({ exitCode: 0, stdout: "The mock model says hello.\n", attempts: [] })
})
