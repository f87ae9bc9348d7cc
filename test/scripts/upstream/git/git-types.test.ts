import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { BUN_LOCK, readBunLock } from "../../../../scripts/lib/npm/bun-lock.ts"
import { defaultCache } from "../../../../scripts/lib/npm/cache.ts"
import { readPackages } from "../../../../scripts/lib/npm/read-packages.ts"
import { run } from "../../../../scripts/lib/process.ts"
import { inForm } from "../../../../scripts/patching/patch.ts"
import { readSeries } from "../../../../scripts/patching/read-series.ts"
import { commitSeries } from "../../../../scripts/upstream/git/commit-series.ts"
import { PACKAGE } from "../../../../scripts/upstream/git/typescript-tree.ts"
import { makeUpstream } from "../../../lib/stand-in-upstream.ts"

// What upstream's own type check would say of the patched tree. Names that the stand-ins leave out are errors before, too.

const MODULES = join(import.meta.dirname, "../../../../node_modules")
const cache = defaultCache()

describe.each(["source", "effect"] as const)("in the form %s", (form) => {
  let root: string
  let before: Set<string>

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), `opencode-offline-types-${form}-`))
    await makeUpstream(root, form === "source" ? "namespaces" : form)
    for (const name of ["zod", "@types", "bun-types", "jsonc-parser"]) await link(name, join(MODULES, name))
    for (const name of form === "source" ? ["hono", "yargs"] : ["yargs"])
      await link(name, join(root, "packages", name))
    await link("@opencode-ai/script", join(root, "packages/script"))
    if (form === "effect") await addEffect()
    before = await typeErrors()
  })

  afterAll(() => rm(root, { recursive: true, force: true }))

  test("the series adds no type error", async () => {
    const series = (await readSeries()).map((patch) => inForm(patch, form))
    const { refused } = await commitSeries(root, series.filter(fits), { cache })
    expect(refused).toEqual([])
    expect(await added()).toEqual([])
  })

  test("a call that patched code could get wrong is one", async () => {
    const wrong = 'import { Offline } from "@/offline"\nOffline.label(1)\n'
    await writeFile(join(root, PACKAGE, "src/wrong.ts"), wrong)
    expect(await added()).toEqual([expect.stringMatching(/^src\/wrong\.ts: error .*'string'/)])
  })

  const fits = ({ edits }: { edits: unknown[] }) => edits.length > 0

  /** The real package, and its types; the check takes the packages beside upstream's own in, too. */
  async function addEffect(): Promise<void> {
    const lock = readBunLock(await readFile(join(root, BUN_LOCK), "utf8"))
    const locked = [...lock.values()].filter(({ name }) => name === "effect")
    for (const { path, data } of (await readPackages(locked, { cache })).flat()) {
      const file = join(root, "node_modules/effect", path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, data)
    }
    await link("@opencode-ai/core", join(root, "packages/core"))
    const settings = join(root, PACKAGE, "tsconfig.json")
    const parsed = JSON.parse(await readFile(settings, "utf8"))
    await writeFile(settings, JSON.stringify({ ...parsed, include: ["src", "../core/src", "../tui/src"] }))
  }

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
})
