import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { run } from "../../scripts/lib/process.ts"

// As a checkout of upstream's runs it: from the source, with nothing compiled.

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "thread-"))
  const index = path.join(import.meta.dirname, "../../offline/index.ts")
  await writeFile(path.join(folder, "main.js"), `import ${JSON.stringify(index)}\n${MAIN}`)
  await writeFile(path.join(folder, "worker.js"), WORKER)
})
afterAll(() => rm(folder, { recursive: true }))

const MAIN = `
const worker = new Worker(new URL("./worker.js", import.meta.url))
worker.onmessage = ({ data }) => { console.log(data); process.exit() }
`

/** A dependency's: it imports nothing of ours. What it makes connects to nothing before it is used. */
const WORKER = `
try { new Bun.SQL("postgres://127.0.0.1:9/none"); postMessage("made") }
catch (error) { postMessage(error.code) }
`

async function inWorker(env: Record<string, string>): Promise<string> {
  const options = { cwd: folder, env: { HOME: folder, ...env } }
  const { exitCode, stdout, stderr } = await run(process.execPath, ["main.js"], options)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
  return String(stdout).trim()
}

test("run from its source, the guard stands in a worker that imports nothing of ours", async () => {
  expect(await inWorker({ OPENCODE_OFFLINE: "1" })).toBe("ERR_OPENCODE_OFFLINE")
})

test("with the switch off, it does not", async () => {
  expect(await inWorker({})).toBe("made")
})
