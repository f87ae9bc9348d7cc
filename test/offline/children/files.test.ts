import { afterAll, beforeAll, expect, test } from "bun:test"
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "../../../scripts/lib/process.ts"

// What a child that is Bun runs first lies in a folder that other programs of the user's can write to.

const FILES = join(import.meta.dirname, "../../../offline/children/files.ts")
let root: string
let module: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "child-files-"))
  module = join(root, "module.js")
  await writeFile(module, "globalThis.guarded = true\n")
})
afterAll(() => rm(root, { recursive: true }))

/** What a process of its own gets, which has this temporary folder and runs this code ahead. */
async function ask(TMPDIR: string, ahead = ""): Promise<{ preload: string; config: string } | string> {
  const code = `${ahead}
    const { childFiles } = await import(${JSON.stringify(FILES)})
    try { console.log(JSON.stringify(childFiles(${JSON.stringify(module)}))) }
    catch (error) { console.log(JSON.stringify(error.message)) }`
  const env = { PATH: process.env.PATH, HOME: root, TMPDIR }
  const { stdout, stderr } = await run(process.execPath, ["-e", code], { cwd: root, env })
  if (stderr) throw new Error(String(stderr))
  return JSON.parse(String(stdout))
}

/** The same, where nothing may go wrong. */
async function files(TMPDIR: string): Promise<{ preload: string; config: string }> {
  const found = await ask(TMPDIR)
  if (typeof found === "string") throw new Error(found)
  return found
}

test("stands where the child finds it from any folder, though the temporary one is named by a relative path", async () => {
  await mkdir(join(root, "relative"), { recursive: true })
  const { preload, config } = await files("relative")
  for (const file of [preload, config]) expect(file).toStartWith(join(root, "relative/"))
  expect(await readFile(preload, "utf8")).toContain("globalThis.guarded = true")
  expect(await readFile(config, "utf8")).toContain('auto = "disable"')
})

test("is written anew when what is there under that name holds anything else", async () => {
  await mkdir(join(root, "changed"))
  const sound = await files(join(root, "changed"))
  for (const file of [sound.preload, sound.config]) {
    const text = await readFile(file, "utf8")
    await writeFile(file, text.replace("a", "A"))
    expect(await files(join(root, "changed"))).toEqual(sound)
    expect(await readFile(file, "utf8")).toBe(text)
  }
})

test("is read back: no child is started when it is not what was written", async () => {
  await mkdir(join(root, "exchanged"))
  const exchanging = `const fs = require("node:fs")
    const rename = fs.renameSync
    fs.renameSync = (from, to) => { rename(from, to); fs.writeFileSync(to, "globalThis.guarded = false") }`
  expect(await ask(join(root, "exchanged"), exchanging)).toMatch(
    /^A child was not run.* is not what was written there/,
  )
})

test("lies in no folder that others have access to: no child is started", async () => {
  const folder = join(root, "open", `opencode-offline-${process.getuid!()}`)
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o777)
  expect(await ask(join(root, "open"))).toMatch(/^A child was not run.* that only you have access to/)
})
