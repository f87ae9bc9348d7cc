import { afterAll, beforeAll, expect, test } from "bun:test"
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { packagesOf } from "../../../scripts/lib/npm/locked.ts"
import { run } from "../../../scripts/lib/process.ts"
import { readExtra } from "../../../scripts/pins/extra.ts"
import { readInputs } from "../../../scripts/record/inputs.ts"
import { readRepository } from "../../../scripts/record/repository.ts"
import { pin, pinned, target } from "../../lib/stock.ts"

const ROOT = join(import.meta.dirname, "../../..")
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inputs-"))
})
afterAll(() => rm(folder, { recursive: true }))

const git = (...args: string[]) =>
  run("git", ["-c", "user.name=Test", "-c", "user.email=test@localhost", ...args], {
    cwd: folder,
    env: process.env,
  })

test("every file that decides what a build does is an input, by its hash", async () => {
  const { inputs } = await readInputs(pin, { target: target.name, with: [] })
  const names = inputs.map(({ name }) => name)
  for (const name of [
    ...["build.ts", "package.json", "package-lock.json", "tsconfig.json", "pins/derived.json"],
    ...["scripts/build/assemble.ts", "scripts/bun.mjs", "offline/guard/fetch.ts", "patches/series"],
    "pins/highlights/vue.scm",
  ])
    expect(names).toContain(name)
  expect(names).not.toContain("pins/extra.json")
  const found = inputs.find(({ name }) => name === "build.ts")!
  const bytes = await readFile(join(ROOT, "build.ts"))
  const sha256 = new Bun.CryptoHasher("sha256").update(bytes).digest("hex")
  expect(found).toEqual({ name: "build.ts", bytes: bytes.length, sha256 })
})

test("every package that something inside is from has its version and integrity, once", async () => {
  const extra = await readExtra()
  const [spec, tree] = Object.entries(extra)[0]!
  const { npm } = await readInputs(pin, { target: target.name, with: [spec] })
  const named = new Map(npm.map(({ package: name, version, integrity }) => [`${name}@${version}`, integrity]))
  expect(named.size).toBe(npm.length)
  const wanted = [
    ...Object.values(pinned),
    ...Object.values(pin.grammars).flat(),
    ...(pin.plugin ? packagesOf(pin.plugin) : []),
    ...packagesOf(tree),
  ]
  for (const { name, version, integrity } of wanted) expect(named.get(`${name}@${version}`)).toBe(integrity)
  const { packages } = JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8"))
  const { version, integrity } = packages["node_modules/esbuild"]
  expect(named.get(`esbuild@${version}`)).toBe(integrity)
})

test("the commit of a checkout is known, and whether anything was changed or added since", async () => {
  expect(await readRepository(folder)).toBeUndefined()
  await git("init", "--quiet")
  await writeFile(join(folder, "a.txt"), "a\n")
  await git("add", ".")
  await git("commit", "--quiet", "-m", "First")
  const { stdout } = await git("rev-parse", "HEAD")
  const commit = String(stdout).trim()
  expect(await readRepository(folder)).toEqual({ commit, clean: true })
  await writeFile(join(folder, "b.txt"), "b\n")
  expect(await readRepository(folder)).toEqual({ commit, clean: false })
  await rm(join(folder, "b.txt"))
  await writeFile(join(folder, "a.txt"), "b\n")
  expect(await readRepository(folder)).toEqual({ commit, clean: false })
})

test("a folder inside a checkout of something else has no commit of its own", async () => {
  await cp(join(ROOT, "patches"), join(folder, "patches"), { recursive: true })
  expect(await readRepository(join(folder, "patches"))).toBeUndefined()
})
