import { expect, test } from "bun:test"
import { join } from "node:path"
import { explainDisk, Failure } from "../../../scripts/lib/errors.ts"
import { run } from "../../../scripts/lib/process.ts"

const ERRORS = join(import.meta.dirname, "../../../scripts/lib/errors.ts")

/** How a command ends whose body is this code. */
async function endOf(body: string) {
  const code = `
    import { writeFile } from "node:fs/promises"
    import { runCommand } from ${JSON.stringify(ERRORS)}
    await runCommand(async () => { ${body} })`
  const { exitCode, stderr } = await run(process.execPath, ["--eval", code], { env: process.env })
  return { exitCode, stderr: String(stderr) }
}

test("a command that finds the disk full says so, without a stack, and ends with 2", async () => {
  // This device is always full.
  const { exitCode, stderr } = await endOf(`await writeFile("/dev/full", "x")`)
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/error: There is no room for .+\n {2}why: {2}ENOSPC.+\n {2}next: make room \(df -h/)
  expect(stderr).not.toMatch(/^\s+at /m)
})

test("a command that fails otherwise shows where", async () => {
  const { exitCode, stderr } = await endOf(`throw new Error("unforeseen")`)
  expect(exitCode).toBe(2)
  expect(stderr).toContain("unforeseen")
  expect(stderr).toMatch(/^\s+at /m)
})

test.each([
  ["EDQUOT", /no room for \/x[\s\S]*df -h/],
  ["EROFS", /may not use \/x[\s\S]*ls -ld \/x/],
  ["EACCES", /may not use \/x[\s\S]*--out/],
])("%s is something that a person can mend", (code, message) => {
  const error = Object.assign(new Error(`${code}: open '/x'`), { code, path: "/x" })
  const known = explainDisk(error) as Failure
  expect(known).toBeInstanceOf(Failure)
  expect(known.message).toMatch(message)
  expect(known.cause).toBe(error)
})

test.each([
  ["an error of no known kind", new Error("text")],
  ["a file that is not there", Object.assign(new Error(), { code: "ENOENT" })],
  ["nothing", undefined],
  ["a text", "text"],
])("%s is given back as it is", (_, error) => {
  expect(explainDisk(error)).toBe(error)
})
