import { afterAll, expect, test } from "bun:test"
import { rm } from "node:fs/promises"
import { dirname } from "node:path"
import { readModuleGraph } from "../../scripts/container/index.ts"
import { readHelpPages } from "../../scripts/contents/help.ts"
import { type IsolatedContext, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { runCommand } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { stockExecutable } from "../lib/stock.ts"
import { idle } from "./lib/idle.ts"
import { markUpstream, UPSTREAM_MARK } from "./lib/mark-upstream.ts"
import { runEach } from "./lib/run-each.ts"

// What a person is told: what would be allowed, and what was denied.

const offline = { executable: builtExecutable(), env: { OPENCODE_OFFLINE: "1" } }
const allowing = { ...offline, env: { ...offline.env, OPENCODE_OFFLINE_ALLOW: "llm.example:443" } }

test.concurrent("offline check says of each URL whether it is allowed, why, and by its exit code, and looks nothing up", async () => {
  const checked: [url: string, code: number, text: RegExp][] = [
    ["https://llm.example/v1", 0, /^allowed {2}https:\/\/llm\.example\/v1\n.*OPENCODE_OFFLINE_ALLOW/],
    ["http://llm.example/v1", 1, /^denied .*\n.*OPENCODE_OFFLINE_ALLOW=llm\.example:80/],
    ["https://LLM.example.:443/", 0, /^allowed/],
    ["http://2130706433:99/", 0, /loopback/],
  ]
  const { each, attempts } = await runEach(
    allowing,
    checked.map(([url]) => ["offline", "check", url]),
  )
  expect(attempts).toEqual([])
  expect(each.map(({ exitCode, stdout }) => [exitCode, stdout])).toEqual(
    checked.map(([, code, text]) => [code, expect.stringMatching(text)]),
  )
})

test.concurrent("offline check of what is no URL, or of nothing, exits with 2", async () => {
  const wrong = [["llm.example:443"], ["not a URL"], []]
  const { each } = await runEach(
    allowing,
    wrong.map((words) => ["offline", "check", ...words]),
  )
  const stderr = expect.stringContaining("is no URL with a host and a port")
  expect(each).toMatchObject(wrong.map(() => ({ exitCode: 2, stdout: "", stderr })))
})

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

/** Of what has nothing to say but its answer. */
const quiet = { exitCode: 0, stderr: "" }

test.concurrent("offline --help and offline check -h print what is accepted", async () => {
  const { each, attempts } = await runEach(allowing, [
    ["offline", "--help"],
    ["offline", "check", "-h"],
  ])
  expect(attempts).toEqual([])
  expect(each).toMatchObject([
    {
      ...quiet,
      stdout: expect.stringMatching(/^opencode offline\n[\s\S]*opencode offline check \[url\][\s\S]*--json/),
    },
    { ...quiet, stdout: expect.stringMatching(/^opencode offline check \[url\]\n[\s\S]*--json/) },
  ])
})

test.concurrent("offline help lists pages, prints each, and exits with 2 for another", async () => {
  const pages = await readHelpPages()
  const topics = Object.keys(pages)
  const { each, attempts, files } = await runEach(offline, [
    ["offline", "help"],
    ["offline", "help", "polcy"],
    ...topics.map((topic) => ["offline", "help", topic]),
  ])
  const [list, other, ...printed] = each
  expect({ attempts, files }).toEqual({ attempts: [], files: [] })
  expect(list).toMatchObject(quiet)
  const named = list.stdout.matchAll(/^ {2}(\S+) {2,}\S/gm)
  expect(Array.from(named, ([, topic]) => topic!)).toEqual(topics)
  expect(printed).toMatchObject(topics.map((topic) => ({ ...quiet, stdout: pages[topic] })))
  expect({ code: other.exitCode, out: other.stdout }).toEqual({ code: 2, out: "" })
  expect(other.stderr).toContain('There is no page "polcy"')
})

test.concurrent("what is not accepted exits with 2, is named, and it is said what is", async () => {
  const wrong: [words: string[], word: string][] = [
    [["offline", "show"], "show"],
    [["offline", "--quiet"], "--quiet"],
    [["offline", "--json=yes"], "--json=yes"],
    [["offline", "check", "https://a.example", "https://b.example"], "https://b.example"],
    [["--pure", "offline"], "--pure"],
    [["offline", "--", "check"], "--"],
  ]
  const { each } = await runEach(
    allowing,
    wrong.map(([words]) => words),
  )
  const says = (word: string) =>
    expect.stringContaining(`"${word}" is not accepted here. Write: opencode offline [--json]`)
  expect(each).toMatchObject(wrong.map(([, word]) => ({ exitCode: 2, stdout: "", stderr: says(word) })))
})

const marking = markUpstream()
afterAll(async () => rm(dirname(await marking), { recursive: true }))

test.concurrent("nothing of upstream's is evaluated for the offline command, for commands that are off, and for the version", async () => {
  const marked = { ...offline, executable: await marking }
  const switchedOff = (...words: string[]) => ({ words, env: { OPENCODE_OFFLINE: "" } })
  const { files } = await runEach(marked, [
    ["offline"],
    ["offline", "check", "https://a.example"],
    ["upgrade"],
    ["pr", "1"],
    switchedOff("--version"),
    switchedOff("-v"),
  ])
  expect(files).not.toContain(UPSTREAM_MARK)
  // A command of upstream's, which shows that the mark would be seen.
  expect((await runCommand(marked, "debug", "paths")).files).toContain(UPSTREAM_MARK)
})

test.concurrent("with the switch off, the offline command connects to nothing and leaves no file", async () => {
  const { each, files, attempts } = await runEach({ executable: offline.executable }, [
    ["offline"],
    ["offline", "check", "https://a.example"],
  ])
  expect(each).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }])
  expect({ files, attempts }).toEqual({ files: [], attempts: [] })
})

test.concurrent("a denial goes to the file that is named, and the offline command reads it back; a file that cannot be written changes nothing", async () => {
  const during = async ({ execute, folder }: IsolatedContext) => {
    const list = (OPENCODE_OFFLINE_LOG: string) =>
      execute(offline.executable, ["mcp", "list"], { env: { OPENCODE_OFFLINE_LOG } })
    const { exitCode, stdout } = await list("denied.jsonl")
    expect(exitCode).toBe(0)
    expect(await list("/proc/none/denied.jsonl")).toMatchObject({ exitCode, stdout })
    const lines = await readLines(`${folder.project}/denied.jsonl`)
    const found = lines.map((line) => JSON.parse(line)).find(({ host }) => host === "tools.example")
    const [, module] = found.caller.match(/(\/\$bunfs\/\S+):\d+:\d+$/)
    expect(await upstreamsModules()).toContain(module)
    expect(found).toMatchObject({ pid: expect.any(Number), port: 443, api: "fetch", thread: 0 })
    const env = { OPENCODE_OFFLINE_LOG: "denied.jsonl" }
    expect((await execute(offline.executable, ["offline"], { env })).stdout).toMatch(
      /Denied so far, the last \d+ .*denied\.jsonl\):\n[\s\S]*tools\.example:443 {2}fetch/,
    )
    const report = JSON.parse((await execute(offline.executable, ["offline", "--json"], { env })).stdout)
    expect(report.denied).toContainEqual(found)
    expect(report.log).toEndWith("/denied.jsonl")
    expect((await execute(offline.executable, ["offline"])).stdout).toContain(
      "are in OpenCode's log, and in the file that OPENCODE_OFFLINE_LOG names",
    )
  }
  const mcp = { tools: { type: "remote", url: "https://tools.example/mcp" } }
  const files = { "opencode.json": JSON.stringify({ mcp }) }
  const { attempts } = await runIsolated({ ...idle, env: offline.env, files, during })
  expect(attempts).toEqual([])
})

test.concurrent("a denial in the TUI's worker goes to the file and, by a patch, to OpenCode's log, and nothing of it to the screen", async () => {
  await runIsolated({
    ...offline,
    env: { ...offline.env, OPENCODE_OFFLINE_LOG: "denied.jsonl" },
    files: { "opencode.json": JSON.stringify({ instructions: ["https://rules.example/rules.md"] }) },
    provider: [{ text: "The mock model says hello." }],
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
