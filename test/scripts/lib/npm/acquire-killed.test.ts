import { afterAll, beforeAll, expect, test } from "bun:test"
import { createHash, randomBytes } from "node:crypto"
import { readdir, readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { formatBytes } from "../../../../scripts/lib/log.ts"
import { acquireFile } from "../../../../scripts/lib/npm/acquire.ts"
import { run } from "../../../../scripts/lib/process.ts"
import { makeNpmHome, type NpmHome } from "../../../lib/npm-home.ts"
import { makePackage, type Registry, SLICES, startRegistry } from "../../../lib/registry.ts"

const CHILD = join(import.meta.dirname, "../../../lib/acquire-child.ts")
const tool = await makePackage("tool", randomBytes(6_000_000))

let registry: Registry
let home: NpmHome

beforeAll(async () => {
  registry = await startRegistry([tool])
  home = await makeNpmHome()
  await home.npmrc(`registry=${registry.url}`)
})
afterAll(async () => {
  await registry.close()
  await home.remove()
})

test("a download killed after any part of it leaves no file under a final name", async () => {
  for (let last = 0; last < SLICES; last++) {
    const child = start()
    registry.onSlice = (slice) => {
      if (slice === last) child.kill("SIGKILL")
    }
    const { signal, stdout } = await child
    expect(signal).toBe("SIGKILL")
    expect(stdout).toBe("")
    expect(await filesInCache()).toEqual([])
  }
  await acquireAndCompare()
})

test("one killed at any point between the last bytes and the end leaves the whole file or none", async () => {
  const outcomes: number[] = []
  for (let turns = 0; ; turns = turns * 2 || 1) {
    await rm(home.options.cache, { recursive: true, force: true })
    const { signal } = await start({ report: `tool@1.0.0, ${formatBytes(tool.tarball.length)}`, turns })
    const files = await filesInCache()
    for (const file of files) expect(await sha512Of(file)).toBe(tool.pinned.executable.sha512)
    await acquireAndCompare()
    if (!signal) break
    outcomes.push(files.length)
  }
  expect(outcomes.length).toBeGreaterThan(3)
  expect(outcomes[0]).toBe(0)
})

function start(kill?: { report: string; turns: number }) {
  const argument = JSON.stringify({ pinned: tool.pinned, options: home.options, kill })
  return run(process.execPath, [CHILD, argument], { env: home.options.env, cwd: home.options.cwd })
}

async function acquireAndCompare(): Promise<void> {
  registry.onSlice = () => {}
  const path = await acquireFile(tool.pinned, home.options)
  expect(await sha512Of(path)).toBe(tool.pinned.executable.sha512)
}

async function filesInCache(): Promise<string[]> {
  const folder = join(home.options.cache, "files")
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function sha512Of(path: string): Promise<string> {
  return createHash("sha512")
    .update(await readFile(path))
    .digest("hex")
}
