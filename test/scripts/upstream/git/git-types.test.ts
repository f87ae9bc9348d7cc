import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { defaultCache } from "../../../../scripts/lib/npm/cache.ts"
import { run } from "../../../../scripts/lib/process.ts"
import { readSeries } from "../../../../scripts/patching/read-series.ts"
import { commitSeries } from "../../../../scripts/upstream/git/commit-series.ts"
import { PACKAGE } from "../../../../scripts/upstream/git/typescript-tree.ts"
import { makeUpstream } from "../../../lib/stand-in-upstream.ts"

// What upstream's own type check would say of the patched tree. Names that the stand-in leaves out are errors before, too.

const MODULES = join(import.meta.dirname, "../../../../node_modules")

let root: string
let before: Set<string>

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "opencode-offline-types-"))
  await makeUpstream(root)
  for (const name of ["zod", "@types", "bun-types", "jsonc-parser"]) await link(name, join(MODULES, name))
  for (const name of ["hono", "yargs"]) await link(name, join(root, "packages", name))
  await link("@opencode-ai/script", join(root, "packages/script"))
  before = await typeErrors()
})

afterAll(() => rm(root, { recursive: true, force: true }))

test("the series adds no type error", async () => {
  await commitSeries(root, await readSeries(), { cache: defaultCache() })
  expect(await added()).toEqual([])
})

test("a call that patched code could get wrong is one", async () => {
  const wrong = 'import { Offline } from "@/offline"\nOffline.label(1)\n'
  await writeFile(join(root, PACKAGE, "src/wrong.ts"), wrong)
  expect(await added()).toEqual([expect.stringMatching(/^src\/wrong\.ts: error .*'string'/)])
})

async function link(name: string, target: string): Promise<void> {
  const path = join(root, "node_modules", name)
  await mkdir(dirname(path), { recursive: true })
  await symlink(target, path)
}

async function added(): Promise<string[]> {
  return [...(await typeErrors()).difference(before)]
}

/** Each with its file, without the place in it, which a patch moves. */
async function typeErrors(): Promise<Set<string>> {
  const tsc = join(MODULES, ".bin/tsc")
  const { stdout } = await run(tsc, ["--noEmit", "--pretty", "false"], { cwd: join(root, PACKAGE) })
  const lines = String(stdout).split("\n")
  return new Set(lines.map((line) => line.replace(/\(\d+,\d+\)/, "")))
}
