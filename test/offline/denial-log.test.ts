import { afterEach, beforeEach, expect, test } from "bun:test"
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { hostname, tmpdir } from "node:os"
import path from "node:path"
import { z } from "zod"
import { type LoggedAttempt, readDenials } from "../../offline/denial-log.ts"
import { OfflineError, SettingError } from "../../offline/error.ts"
import { appendLine } from "../../offline/log-file.ts"

// A copy of its own: the module keeps the log of its thread, which other files' tests set.
const { callerOf, createReporter, logDenials, openLogs } = (await import(
  `../../offline/denials.ts?${"denial-log"}`
)) as typeof import("../../offline/denials.ts")

const schema = z.fromJSONSchema(await Bun.file(path.resolve("docs/log.schema.json")).json())

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "denial-log-"))
  file = path.join(folder, "denied.jsonl")
})

afterEach(() => rmSync(folder, { recursive: true }))

const denial = (port: number): LoggedAttempt => ({
  schema: 1,
  time: "2026-01-02T03:04:05.678Z",
  event: "denied",
  host: "a.example",
  port,
  api: "fetch",
  rule: "default",
  origin: "--offline",
  caller: null,
  machine: "vm",
  user: "ann",
  project: "/repo",
  pid: 1,
  thread: 0,
  version: null,
  sha256: null,
})
const append = (attempt: object) => appendLine(file, JSON.stringify(attempt))

test("the last denials are read back; lines that are none are left out", () => {
  expect(readDenials(file, 2)).toEqual([])
  for (const port of [1, 2, 3]) append(denial(port))
  append({ ...denial(4), event: "allowed" })
  appendFileSync(file, 'not JSON\n{"host":3}\nnull\n')
  expect(readDenials(file, 2)).toEqual([denial(2), denial(3)])
})

test("of a long log, the end is read", () => {
  appendFileSync(file, `${JSON.stringify(denial(1))}\n`.repeat(5000))
  append(denial(2))
  expect(readDenials(file, 1)).toEqual([denial(2)])
})

test("what is no regular file gives no denials", () => {
  mkdirSync(file)
  expect(readDenials(file, 1)).toEqual([])
  Bun.spawnSync(["mkfifo", path.join(folder, "pipe")])
  expect(readDenials(path.join(folder, "pipe"), 1)).toEqual([])
})

const STACK = `OfflineError: fetch to a.example:443 was blocked
    at <anonymous> (/$bunfs/root/offline/guard.js:10:3)
    at fetch (native)
    at processTicksAndRejections (native:7:39)
    at pull (/$bunfs/root/src/index.js:197571:12)
    at /$bunfs/root/src/index.js:1:1`

test("the caller is the innermost frame that is neither the guard's nor the runtime's", () => {
  const own = "/$bunfs/root/offline/"
  expect(callerOf(STACK, own)).toBe("pull /$bunfs/root/src/index.js:197571:12")
  expect(callerOf("Error\n    at <anonymous> (/repo/a.ts:1:2)", own)).toBe("/repo/a.ts:1:2")
  expect(callerOf("Error\n    at /repo/a.ts:1:2", own)).toBe("/repo/a.ts:1:2")
  expect(callerOf("Error: no frames", own)).toBeUndefined()
  expect(callerOf(undefined, own)).toBeUndefined()
})

const attempt = {
  time: Date.parse("2026-01-02T03:04:05.678Z"),
  host: "a.example",
  port: undefined,
  api: "fetch",
  rule: "default",
  origin: "--offline",
}

function reporter(log: object = {}) {
  return createReporter({ logs: [{ file, required: false, ...log }], own: "/own/", project: "/repo" })
}

const trace = Object.assign(new Error("refused"), { stack: STACK })

const lines = () =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

test("refusals reach the file at once, and OpenCode's log as soon as there is one", () => {
  const { onDenied } = reporter()
  onDenied(attempt, trace)
  const expected = {
    ...{ schema: 1, time: "2026-01-02T03:04:05.678Z", event: "denied" },
    ...{ host: "a.example", port: null, api: "fetch", rule: "default", origin: "--offline" },
    caller: "/$bunfs/root/offline/guard.js:10:3",
    ...{ machine: hostname(), user: expect.any(String), project: "/repo", pid: process.pid, thread: 0 },
    ...{ version: null, sha256: expect.any(String) },
  }
  expect(lines()).toEqual([expected])
  const logged: unknown[] = []
  logDenials((tags) => ({ warn: (message, extra) => logged.push([tags, message, extra.host]) }))
  onDenied({ ...attempt, host: "b.example" }, trace)
  const line = (host: string) => [{ service: "offline" }, "denied", host]
  expect(logged).toEqual([line("a.example"), line("b.example")])
})

test("a line is as the published schema says, and says which file runs and who ran it", () => {
  const { onDenied, onAllowed } = reporter({ allowed: true })
  onDenied({ ...attempt, port: 443 }, trace)
  onAllowed!({ ...attempt, rule: "*.example", origin: "built in" }, trace)
  for (const line of lines()) expect(schema.parse(line)).toEqual(line)
  const { sha256, user } = lines()[0]
  const sum = new Bun.CryptoHasher("sha256").update(readFileSync(process.execPath)).digest("hex")
  expect(sha256).toBe(sum)
  expect(user).toBe(Bun.spawnSync(["id", "-un"]).stdout.toString().trim())
  expect(lines().map(({ event }) => event)).toEqual(["denied", "allowed"])
})

test("the schema does not take what is no line", () => {
  for (const wrong of [{ schema: 2 }, { event: "seen" }, { more: 1 }, { host: undefined }, { sha256: "x" }])
    expect(schema.safeParse(JSON.parse(JSON.stringify({ ...denial(1), ...wrong }))).success).toBe(false)
  expect(schema.safeParse(denial(1)).success).toBe(true)
})

test("what is allowed is written only where that is asked for", () => {
  expect(reporter().onAllowed).toBeUndefined()
})

test("a connection that a locked policy's log cannot take is denied; another log stops nothing", () => {
  mkdirSync(file)
  expect(() => reporter({ allowed: true, required: true }).onAllowed!(attempt, trace)).toThrow(OfflineError)
  expect(() => reporter({ allowed: true }).onAllowed!(attempt, trace)).not.toThrow()
  expect(() => reporter({ required: true }).onDenied(attempt, trace)).not.toThrow()
})

test("no line is longer than a pipe takes in one piece, however long the host is", () => {
  reporter().onDenied({ ...attempt, host: "a".repeat(9000), origin: "b".repeat(9000) }, trace)
  expect(Buffer.byteLength(readFileSync(file))).toBeLessThan(4096)
  expect(schema.parse(lines()[0])).toBeDefined()
})

test("of a locked policy, a log that cannot be written stops the start; of another it does not", () => {
  const log = { file: path.join(folder, "absent", "log") }
  expect(() => openLogs([{ ...log, required: true }], {})).toThrow(SettingError)
  expect(openLogs([{ ...log, required: false }], {})).toEqual([{ ...log, required: false }])
})

test("the user's log stands beside the policy's, and is not written twice when it is the same", () => {
  const log = { file, required: false }
  expect(openLogs([], { OPENCODE_OFFLINE_LOG: file })).toEqual([log])
  expect(openLogs([log], { OPENCODE_OFFLINE_LOG: file })).toEqual([log])
  expect(openLogs([log], { OPENCODE_OFFLINE_LOG: "/other" })).toEqual([log, { ...log, file: "/other" }])
  expect(openLogs([log], { OPENCODE_OFFLINE_LOG: "" })).toEqual([log])
})

test("a logger that fails does not change the refusal", () => {
  const { onDenied } = createReporter({ logs: [], own: "/own.js", project: "" })
  logDenials(() => ({
    warn() {
      throw new Error("the disk is full")
    },
  }))
  expect(() => onDenied(attempt, new Error())).not.toThrow()
})
