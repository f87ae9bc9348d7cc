import { afterEach, beforeEach, expect, test } from "bun:test"
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { appendDenial, type LoggedDenial, readDenials } from "../../offline/denial-log.ts"
import { callerOf, createReporter, logDenials } from "../../offline/denials.ts"

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "denial-log-"))
  file = path.join(folder, "denied.jsonl")
})

afterEach(() => {
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true })
})

const denial = (port: number): LoggedDenial => ({
  time: "2026-01-02T03:04:05.678Z",
  pid: 1,
  thread: 0,
  host: "a.example",
  port,
  api: "fetch",
  caller: null,
})

test("a denial is one line of JSON, added to what is there, in a file of the user's alone", () => {
  appendDenial(file, denial(1))
  appendDenial(file, { ...denial(2), host: "a\nb" })
  const lines = readFileSync(file, "utf8").trimEnd().split("\n")
  expect(lines.map((line) => JSON.parse(line))).toEqual([denial(1), { ...denial(2), host: "a\nb" }])
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test("a log that cannot be written stops nothing", () => {
  mkdirSync(file)
  expect(() => appendDenial(file, denial(1))).not.toThrow()
  expect(() => appendDenial(path.join(folder, "absent", "log"), denial(1))).not.toThrow()
})

test("a pipe that nobody reads does not block", () => {
  Bun.spawnSync(["mkfifo", file])
  // One that blocks never gets to the next line.
  appendDenial(file, denial(1))
  expect(readDenials(file, 5)).toEqual([])
})

test("the last denials are read back; lines that are none are left out", () => {
  expect(readDenials(file, 2)).toEqual([])
  for (const port of [1, 2, 3]) appendDenial(file, denial(port))
  appendFileSync(file, 'not JSON\n{"host":3}\nnull\n')
  expect(readDenials(file, 2)).toEqual([denial(2), denial(3)])
})

test("of a long log, the end is read", () => {
  appendFileSync(file, `${JSON.stringify(denial(1))}\n`.repeat(5000))
  appendDenial(file, denial(2))
  expect(readDenials(file, 1)).toEqual([denial(2)])
})

test("what is no regular file, or cannot be read, gives no denials or an error", () => {
  mkdirSync(file)
  expect(readDenials(file, 1)).toEqual([])
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

test("refusals reach the file at once, and OpenCode's log as soon as there is one", () => {
  const report = createReporter(file, "/own/")
  const error = new Error("refused")
  error.stack = STACK
  report(
    { time: Date.parse("2026-01-02T03:04:05.678Z"), host: "a.example", port: undefined, api: "fetch" },
    error,
  )
  expect(readDenials(file, 9)).toEqual([
    {
      time: "2026-01-02T03:04:05.678Z",
      pid: process.pid,
      thread: 0,
      host: "a.example",
      port: null,
      api: "fetch",
      caller: "/$bunfs/root/offline/guard.js:10:3",
    },
  ])
  const logged: unknown[] = []
  logDenials((tags) => ({ warn: (message, extra) => logged.push([tags, message, extra.host]) }))
  report({ time: 0, host: "b.example", port: 1, api: "fetch" }, error)
  const line = (host: string) => [{ service: "offline" }, "denied", host]
  expect(logged).toEqual([line("a.example"), line("b.example")])
})

test("a logger that fails does not change the refusal", () => {
  const report = createReporter(undefined, "/own.js")
  logDenials(() => ({
    warn() {
      throw new Error("the disk is full")
    },
  }))
  expect(() => report({ time: 0, host: "c.example", port: 1, api: "fetch" }, new Error())).not.toThrow()
})
