import { afterAll, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { z } from "zod"
import type { LoggedAttempt } from "../../offline/denial-log.ts"
import { runCommand, type Setup } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { pin } from "../lib/stock.ts"
import { versionOf } from "../lib/version.ts"

// The log that a policy asks for, written by the executable, in a folder that stays when a run is over.

const executable = builtExecutable()
const schema = z.fromJSONSchema(await Bun.file("docs/log.schema.json").json())

const folder = await mkdtemp(join(tmpdir(), "policy-log-"))
afterAll(() => rm(folder, { recursive: true }))

const inFolder = (name: string) => join(folder, name)

const machine = (offline: object) => ({
  executable,
  etc: { "opencode/opencode.json": JSON.stringify({ offline }) },
})

async function read(file: string): Promise<LoggedAttempt[]> {
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n")
  return lines.map((line) => schema.parse(JSON.parse(line)) as LoggedAttempt)
}

/** Loads the plugins, and asks no model. */
const load = (setup: Setup) => runCommand(setup, "debug", "config")

test.concurrent("what a locked policy denies and allows is in its log, by the published schema, whatever a user sets", async () => {
  const file = inFolder("all.jsonl")
  const policy = { mode: "always", locked: true, allow: ["ok.example:80"], log: { file, allowed: true } }
  const hosts = { evil: "evil.example", ok: "ok.example", loopback: "127.0.0.1:4010" }
  const servers = Object.entries(hosts).map(([name, host]) => [
    name,
    { type: "remote", url: `http://${host}/mcp` },
  ])
  const config = { offline: { allow: ["evil.example"] }, mcp: Object.fromEntries(servers) }
  const setup = {
    ...machine(policy),
    env: { OPENCODE_OFFLINE_LOG: "/dev/null", USER: "somebody", HOSTNAME: "elsewhere" },
    home: { ".config/opencode/opencode.jsonc": JSON.stringify(config) },
  }
  const result = await runCommand(setup, "mcp", "list")
  expect(new Set(result.attempts.map(({ name }) => name))).toEqual(new Set(["ok.example"]))
  const lines = await read(file)
  const denied = lines.find(({ host, event }) => host === "evil.example" && event === "denied")!
  const sum = createHash("sha256")
    .update(await readFile(executable))
    .digest("hex")
  expect(denied).toMatchObject({
    ...{ schema: 1, port: 80, api: "fetch", rule: "evil.example" },
    origin: expect.stringMatching(/opencode\.jsonc \(offline\.allow\)$/),
    caller: expect.stringContaining("/$bunfs/root/"),
    ...{ machine: hostname(), user: "root", version: pin.version, sha256: sum },
    project: expect.stringMatching(/\/project$/),
  })
  expect(lines).toContainEqual(
    expect.objectContaining({
      ...{ host: "ok.example", port: 80, event: "allowed", rule: "ok.example:80" },
      origin: "/etc/opencode/opencode.json (offline.allow)",
    }),
  )
  expect(lines).toContainEqual(expect.objectContaining({ host: "127.0.0.1", rule: "loopback" }))
})

test.concurrent("the log is written by workers and by children that are Bun, too, and put aside when it is long", async () => {
  const file = inFolder("threads.jsonl")
  const log = { file, maxBytes: 65536 }
  const code = (name: string, times: number) => `
    for (let i = 0; i < ${times}; i++) await fetch("http://${name}.example/").catch(() => {})`
  const plugin = `
    export const Attempt = async () => {
      ${code("plugin", 200)}
      const worker = new Worker(import.meta.dir + "/../worker.ts")
      await new Promise((resolve) => (worker.onmessage = worker.onerror = resolve))
      await Bun.spawn([process.execPath, import.meta.dir + "/../child.ts"], { env: { ...process.env, BUN_BE_BUN: "1" } }).exited
      return {}
    }`
  await load({
    ...machine({ locked: true, projectCode: "allow", log }),
    files: {
      ".opencode/plugin/attempt.ts": plugin,
      ".opencode/worker.ts": `${code("worker", 1)}\npostMessage("done")`,
      ".opencode/child.ts": code("child", 1),
    },
  })
  const names = await Array.fromAsync(new Bun.Glob("threads.jsonl*").scan(folder))
  const lines = (await Promise.all(names.map((name) => read(inFolder(name))))).flat()
  const of = (name: string) => lines.filter(({ host }) => host === `${name}.example`)
  expect([of("plugin").length, of("worker").length, of("child").length]).toEqual([200, 1, 1])
  expect(of("worker")[0]!.thread).toBeGreaterThan(0)
  expect(of("child")[0]!.pid).not.toBe(of("plugin")[0]!.pid)
  expect(names.length).toBeGreaterThan(1)
  for (const name of names) expect(Bun.file(inFolder(name)).size).toBeLessThanOrEqual(log.maxBytes)
})

test.concurrent("a log that cannot be written stops a locked start, and no other", async () => {
  await mkdir(inFolder("a-folder"))
  const log = inFolder("a-folder")
  const locked = await runCommand(machine({ locked: true, log }), "--version")
  expect(locked).toMatchObject({ exitCode: 2, stdout: "", attempts: [] })
  expect(locked.stderr).toContain(`The policy is locked, and its log ${log} cannot be written (EISDIR)`)
  const open = await runCommand(machine({ mode: "always", log }), "--version")
  expect(open).toMatchObject({ exitCode: 0, stdout: versionOf() })
})

test.concurrent("of a locked policy, a connection that the log cannot take is not made", async () => {
  const file = inFolder("gone.jsonl")
  const said = inFolder("said")
  const policy = { locked: true, projectCode: "allow", allow: ["ok.example"], log: { file, allowed: true } }
  const plugin = `
    import { mkdirSync, rmSync, writeFileSync } from "node:fs"
    export const Attempt = async () => {
      const attempt = () => fetch("http://ok.example/").then((r) => "reached " + r.status, (e) => e.message)
      const before = await attempt()
      rmSync(${JSON.stringify(file)})
      mkdirSync(${JSON.stringify(file)})
      writeFileSync(${JSON.stringify(said)}, JSON.stringify([before, await attempt()]))
      rmSync(${JSON.stringify(file)}, { recursive: true })
      return {}
    }`
  await load({ ...machine(policy), files: { ".opencode/plugin/attempt.ts": plugin } })
  const [before, after] = JSON.parse(await readFile(said, "utf8"))
  expect(before).toMatch(/^reached /)
  expect(after).toContain(`the policy is locked, and its log ${file} cannot be written`)
})
