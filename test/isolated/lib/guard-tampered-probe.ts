// Runs in place of OpenCode, inside its executable, which starts itself once for each way to tamper with what the guard may
// rely on: that process tampers, and starts children in every way. What gets out is the recorder's to see.
import childProcess from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs"
import http from "node:http"
import { join } from "node:path"
import { childTamperings } from "./guard-child-tamperings.ts"
import { tamperings } from "./guard-tamperings.ts"
import { patience } from "./patience.ts"

const cases = { ...tamperings, ...childTamperings }

/** How many processes tamper at one time. */
const AT_ONCE = 4
const PATIENCE = patience(4000)

const { PROBE_CASE: wanted, PROBE_ONLY: only, PROBE_REDIRECTOR: redirector = "", PROBE_CONTROL } = process.env
const self = process.execPath
const log = console.log

if (only) await fetch(only).catch(() => {})
else if (wanted) await tamperAndStart(wanted)
else await startEach()
process.exit()

/** Prints each case, and what its process printed. */
async function startEach(): Promise<void> {
  const server = http.createServer((request, response) => {
    response.writeHead(302, { location: `http://${(request.url ?? "").slice(1)}` }).end()
  })
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const address = `http://127.0.0.1:${(server.address() as { port: number }).port}/`
  const left = PROBE_CONTROL ? [PROBE_CONTROL] : Object.keys(cases)
  const run = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const env = { ...process.env, PROBE_CASE: name, PROBE_REDIRECTOR: address }
      const child = Bun.spawn([self, ...process.argv.slice(2)], { env, stderr: "ignore" })
      const text = await new Response(child.stdout).text()
      log(JSON.stringify({ name, tried: text.split("\n").filter((line) => line !== "") }))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, run))
}

async function tamperAndStart(name: string): Promise<void> {
  const index = Object.keys(cases).indexOf(name)
  const host = (way: string) => `${way}.c${index}.example`
  // All is laid out first, with what was not tampered with.
  const plans = plansFor(host)
  const { setTimeout } = globalThis
  for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, () => {})
  await cases[name]!()
  for (let index = 0; index < plans.length; index++) {
    const [way, start] = plans[index]!
    try {
      const child = start() as { exited?: Promise<unknown> }
      await new Promise((done) => {
        setTimeout(done, PATIENCE)
        const ended = child.exited ?? (child as unknown as Promise<unknown>)
        ended.then(done, done)
      })
    } catch {}
    log(way)
  }
}

function plansFor(host: (way: string) => string): [way: string, start: () => unknown][] {
  const folder = mkdtempSync(join(process.env.TMPDIR ?? "/tmp", "tampered-"))
  const asBun = { ...process.env, BUN_BE_BUN: "1", TEST_GUARD_WITHOUT: "" }
  const code = (way: string) => `await fetch("http://${host(way)}/").catch(() => {})`
  const file = (name: string, text: string) => {
    const path = join(folder, name)
    mkdirSync(join(path, ".."), { recursive: true })
    writeFileSync(path, text)
    chmodSync(path, 0o700)
    return path
  }
  const link = join(folder, "other-name")
  symlinkSync(self, link)
  // A file of a verb's name, so that the verb looks like a file to run.
  file("repl", code("verb"))
  file("add", "")
  file("package.json", "{}")
  const bin = file("node_modules/.bin/tool", `#!/usr/bin/env node\n${code("node-script")}`)
  const scripts = Object.fromEntries(
    ["spawn-file", "process-spawn", "shell", "shell-made"].map((way) => [way, file(`${way}.js`, code(way))]),
  )
  const quiet = { stdio: ["ignore", "ignore", "ignore"] as ["ignore", "ignore", "ignore"] }
  const { spawn } = Bun
  const start = (command: string[], env: Record<string, string | undefined>) =>
    spawn(command, { ...quiet, env, cwd: folder })
  const { Shell } = Bun.$
  const shell = Bun.$
  const processSpawn = childProcess.spawn
  const bare = { PATH: process.env.PATH, HOME: process.env.HOME, TEST_GUARD_WITHOUT: "" }
  return [
    ["spawn", () => start([self, "-e", code("spawn")], asBun)],
    ["spawn-file", () => start([self, scripts["spawn-file"]!], asBun)],
    ["spawn-link", () => start(["./other-name", "-e", code("spawn-link")], asBun)],
    // Not set when it is asked for, and set when the child is started.
    [
      "env-changing",
      () => {
        let asked = 0
        const changing = { toString: () => (asked++ === 0 ? "" : "1") } as unknown as string
        // As OpenCode it would start all of this once more.
        const env = { ...bare, BUN_BE_BUN: changing, PROBE_ONLY: `http://${host("env-changing")}/` }
        return start([self, "-e", code("env-changing")], env)
      },
    ],
    [
      "env-name",
      () =>
        start([self, "-e", code("env-name")], {
          ...bare,
          "BUN_BE_BUN=1": "",
          PROBE_ONLY: `http://${host("env-name")}/`,
        }),
    ],
    ["verb", () => start([self, "add", `http://${host("verb")}/a.tgz`], asBun)],
    ["node-script", () => start([bin], { ...asBun })],
    ["opencode", () => start(["./other-name"], { ...bare, PROBE_ONLY: `http://${host("opencode")}/` })],
    [
      "process-spawn",
      () =>
        new Promise((done) =>
          processSpawn(self, [scripts["process-spawn"]!], { ...quiet, env: asBun }).once("close", done),
        ),
    ],
    ["shell", () => shell`TEST_GUARD_WITHOUT= BUN_BE_BUN=1 ${self} ${scripts.shell!}`.quiet().nothrow()],
    [
      "shell-made",
      () => new Shell()`TEST_GUARD_WITHOUT= BUN_BE_BUN=1 ${self} ${scripts["shell-made"]!}`.quiet().nothrow(),
    ],
    [
      "git",
      () =>
        start(["git", "clone", `${redirector}${host("git")}/r.git`, join(folder, "clone")], {
          ...process.env,
          GIT_TERMINAL_PROMPT: "0",
        }),
    ],
  ]
}
