import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "../../../scripts/lib/process.ts"
import { stockBun, stockExecutable } from "../../lib/stock.ts"

const ROOT = join(import.meta.dirname, "../../..")
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "relink-"))
})
afterAll(() => rm(folder, { recursive: true }))

async function relink(bun: string, name: string) {
  const out = join(folder, name)
  const words = ["scripts/commands/relink.ts", await stockExecutable(), "--bun", bun, "--out", out]
  const { exitCode, stderr } = await run(process.execPath, words, { cwd: ROOT, env: process.env })
  return { exitCode, stderr: String(stderr), out }
}

describe("relinking", () => {
  test("with the Bun that an executable was made with gives that executable", async () => {
    const { exitCode, out } = await relink(await stockBun(), "same")
    expect(exitCode).toBe(0)
    expect(Buffer.compare(await readFile(out), await readFile(await stockExecutable()))).toBe(0)
  })

  test("with another Bun gives an executable with that one's code", async () => {
    const bytes = await readFile(await stockBun())
    const at = bytes.indexOf("JavaScriptCore")
    expect(at).toBeGreaterThan(0)
    bytes.write("javaScriptCore", at)
    const changed = join(folder, "changed-bun")
    await writeFile(changed, bytes)
    const { exitCode, out } = await relink(changed, "changed")
    expect(exitCode).toBe(0)
    const made = await readFile(out)
    expect(made.toString("latin1", at, at + 14)).toBe("javaScriptCore")
    expect(made.length).toBe((await readFile(await stockExecutable())).length)
  })

  test("with what is no Bun says so, and writes nothing", async () => {
    const { exitCode, stderr, out } = await relink(join(ROOT, "package.json"), "none")
    expect(exitCode).toBe(2)
    expect(stderr).toContain("it names no version of Bun")
    expect(await Bun.file(out).exists()).toBe(false)
  })
})
