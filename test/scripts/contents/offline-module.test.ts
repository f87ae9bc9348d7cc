import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { moduleNames } from "../../../offline/modules.ts"
import { NAMES } from "../../../scripts/contents/names.ts"
import { embedOffline } from "../../../scripts/contents/offline-module.ts"
import { run } from "../../../scripts/lib/process.ts"

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "embed-"))
  for (const [name, text] of Object.entries(await embedOffline({})))
    await writeFile(path.join(folder, path.basename(name)), text)
  await writeFile(path.join(folder, "worker.js"), WORKER)
  await writeFile(path.join(folder, "main.js"), MAIN)
})
afterAll(() => rm(folder, { recursive: true }))

const MAIN = `
const worker = new Worker(new URL("./worker.js", import.meta.url), { env: JSON.parse(process.argv[2]) })
worker.onmessage = ({ data }) => { console.log(data); process.exit() }
`

/** Evaluates the module, and says which builtins that asked for. */
const WORKER = `
const loaded = new Set()
const { getBuiltinModule } = process
process.getBuiltinModule = (name) => { loaded.add(name); return getBuiltinModule(name) }
await import("./guard.js")
postMessage(JSON.stringify([...loaded].sort()))
`

async function loadedInWorker(env: Record<string, string>): Promise<string[]> {
  const result = await run(process.execPath, ["main.js", JSON.stringify(env)], { cwd: folder, env: {} })
  expect(result).toMatchObject({ exitCode: 0, stderr: "" })
  // The global `process` itself: there is nothing to load.
  return JSON.parse(result.stdout).filter((name: string) => name !== "node:process")
}

const handed = {
  origin: "--offline",
  allow: [],
  ignored: [],
  userConfig: "opencode.json",
  projectCode: "allow",
  logs: [],
  notes: [],
  baked: { locked: false },
}

test("a worker that is offline loads the builtins that the guard stands in, and no other", async () => {
  const loaded = await loadedInWorker({ OPENCODE_OFFLINE_RESOLUTION: JSON.stringify(handed) })
  const clients = ["node:_http_client", "node:_http_outgoing", "node:dns", "node:module", "node:net"]
  const held = ["node:fs", "node:os", "node:path"]
  const carriedByBun = ["@vercel/fetch", "isomorphic-fetch", "node-fetch", "undici", "ws"]
  expect(new Set(loaded)).toEqual(new Set([...clients, ...held, ...carriedByBun]))
})

test("a worker that is not offline loads none", async () => {
  expect(await loadedInWorker({})).toEqual([])
})

test("the modules import nothing before they are evaluated, but the guard", async () => {
  const imported = (text: string) =>
    Array.from(text.matchAll(/^(?:import|\}) .*"(.+)";$/gm), ([, name]) => name)
  const modules = await embedOffline()
  expect(Object.keys(modules)).toEqual([
    NAMES.start,
    NAMES.index,
    NAMES.guard,
    NAMES.launch,
    NAMES.supervisor,
  ])
  expect(imported(modules[NAMES.start]!)).toEqual([NAMES.index])
  expect(imported(modules[NAMES.index]!)).toEqual(["./guard.js"])
  expect(imported(modules[NAMES.guard]!)).toEqual([])
})

test("what a worker runs first does not read configuration", async () => {
  const modules = await embedOffline()
  expect(modules[NAMES.guard]).not.toContain("jsonc-parser")
})

test("an executable for another system has the same modules in its own folder, but for those of kernel mode", async () => {
  const names = moduleNames("B:/~BUN/root")
  const modules = await embedOffline({ kernel: false }, [], names)
  expect(Object.keys(modules)).toEqual([names.start, names.index, names.guard])
  expect(modules[names.start]).toContain('from "B:/~BUN/root/offline/index.js"')
})
