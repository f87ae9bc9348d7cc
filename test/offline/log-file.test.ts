import { afterEach, beforeEach, expect, test } from "bun:test"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { appendLine, assureWritable } from "../../offline/log-file.ts"

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "log-file-"))
  file = path.join(folder, "log.jsonl")
})

afterEach(() => rmSync(folder, { recursive: true }))

const aside = () =>
  readdirSync(folder)
    .filter((name) => name !== "log.jsonl")
    .sort()
const read = (name: string) => readFileSync(path.join(folder, name), "utf8")

test("a line is added to what is there, in a file of the user's alone", () => {
  expect([appendLine(file, "one"), appendLine(file, "two")]).toEqual([true, true])
  expect(read("log.jsonl")).toBe("one\ntwo\n")
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test("where nothing can be written that is said, and nothing is thrown", () => {
  mkdirSync(file)
  for (const bad of [file, path.join(folder, "absent", "log")]) {
    expect(appendLine(bad, "one")).toBe(false)
    expect(() => assureWritable(bad)).toThrow()
  }
  expect(appendLine("/dev/full", "one")).toBe(false)
})

test("a pipe that nobody reads does not block, and cannot be written", () => {
  Bun.spawnSync(["mkfifo", file])
  // One that blocks never gets to the next line.
  expect(appendLine(file, "one")).toBe(false)
  expect(() => assureWritable(file)).toThrow("ENXIO")
})

test("a file that would get too long is put aside whole, and another one begun", () => {
  for (const line of ["a".repeat(9), "b".repeat(9)]) appendLine(file, line, 20)
  expect(aside()).toEqual([])
  appendLine(file, "c", 20)
  expect(read("log.jsonl")).toBe("c\n")
  expect(aside()).toEqual([expect.stringMatching(/^log\.jsonl\.\d{8}T\d{9}Z-\d+$/)])
  expect(read(aside()[0]!)).toBe(`${"a".repeat(9)}\n${"b".repeat(9)}\n`)
})

test("one line that is too long by itself is written", () => {
  expect(appendLine(file, "a".repeat(100), 20)).toBe(true)
  expect(read("log.jsonl")).toHaveLength(101)
})

test("four files that were put aside are kept, the youngest, and no other file is touched", () => {
  const others = ["log.jsonl.gz", "log.jsonl.20200101T000000000Z", "other.jsonl.20200101T000000000Z-1"]
  for (const name of others) writeFileSync(path.join(folder, name), "")
  for (let day = 1; day <= 6; day++)
    writeFileSync(path.join(folder, `log.jsonl.2020010${day}T000000000Z-1`), "")
  for (const line of ["one", "two"]) appendLine(file, line, 5)
  const left = aside().filter((name) => !others.includes(name))
  expect(left.slice(0, 3)).toEqual([4, 5, 6].map((day) => `log.jsonl.2020010${day}T000000000Z-1`))
  expect(left).toHaveLength(4)
  expect(aside()).toEqual(expect.arrayContaining(others))
})

test("of many processes that write and put aside at once, no line is lost or torn", async () => {
  const script = `const { appendLine } = await import(${JSON.stringify(path.resolve("offline/log-file.ts"))})
    for (let i = 0; i < 200; i++) appendLine(${JSON.stringify(file)}, process.argv[2] + ":" + i, 4000)`
  const writer = path.join(folder, "writer.mjs")
  writeFileSync(writer, script)
  const writers = [1, 2, 3, 4].map((name) => Bun.spawn([process.execPath, writer, String(name)]))
  await Promise.all(writers.map(({ exited }) => exited))
  const lines = ["log.jsonl", ...aside().filter((name) => name !== "writer.mjs")].flatMap((name) =>
    read(name).trimEnd().split("\n"),
  )
  const wanted = [1, 2, 3, 4].flatMap((name) => Array.from({ length: 200 }, (_, index) => `${name}:${index}`))
  expect(lines.sort()).toEqual(wanted.sort())
})
