import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test"
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { BROWSER, requireInstalled } from "../../scripts/lib/installed.ts"
import { run } from "../../scripts/lib/process.ts"
import { makePackage, type Registry, startRegistry, type TestPackage } from "../lib/registry.ts"

// What `npm ci --omit=optional` leaves out: the parts for this platform are put back, and the rest is said to be missing.

const MODULE = join(import.meta.dirname, "../../scripts/native.mjs")
const PART = "@oven/bun-part"

let part: TestPackage
let registry: Registry
let root: string
beforeAll(async () => {
  part = await makePackage(PART, Buffer.from("a program"), "bin/bun")
  registry = await startRegistry([part])
})
afterAll(() => registry.close())
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "native-"))
  await mkdir(join(root, "node_modules/bun"), { recursive: true })
  await writeManifests(part.pinned.integrity)
  return () => rm(root, { recursive: true })
})

/** A project that has a Bun without a part for any platform, and a lockfile that names two. */
async function writeManifests(integrity: string) {
  const optionalDependencies = { "@oven/bun-other": "1.0.0", [PART]: "1.0.0" }
  await writeFile(join(root, "node_modules/bun/package.json"), JSON.stringify({ optionalDependencies }))
  const locked = { version: "1.0.0", integrity, cpu: [process.arch] }
  const packages = {
    "node_modules/bun": { optionalDependencies },
    "node_modules/@oven/bun-other": { ...locked, os: ["aix"] },
    [`node_modules/${PART}`]: { ...locked, os: [process.platform] },
  }
  await writeFile(join(root, "package-lock.json"), JSON.stringify({ packages }))
}

async function add() {
  const code = `import(${JSON.stringify(MODULE)}).then(async (m) => console.log(await m.addNativePackages(${JSON.stringify(root)})))`
  const env = {
    PATH: process.env.PATH!,
    HOME: root,
    npm_config_registry: registry.url,
    npm_config_cache: join(root, "cache"),
    npm_config_fetch_retries: "0",
  }
  const { stdout, stderr } = await run("node", ["-e", code], { env, cwd: root })
  return { isThere: String(stdout).trim(), stderr: String(stderr) }
}

test("the part for this platform is put back, once, and nothing else is left there", async () => {
  const first = await add()
  expect(first).toEqual({
    isThere: "true",
    stderr: `Getting ${PART}@1.0.0, which --omit=optional left out\n`,
  })
  expect(await readFile(join(root, "node_modules", PART, "bin/bun"), "utf8")).toBe("a program")
  expect(await readdir(join(root, "node_modules"))).toEqual(["@oven", "bun"])
  expect(await add()).toEqual({ isThere: "true", stderr: "" })
})

test("one with another hash than the lockfile's is not taken", async () => {
  await writeManifests(`sha512-${"A".repeat(86)}==`)
  const { isThere, stderr } = await add()
  expect(isThere).toBe("false")
  expect(stderr).toContain("is not what package-lock.json says")
  expect(await readdir(join(root, "node_modules"))).toEqual(["bun"])
})

test("where it cannot be had, the command that gets all is named", async () => {
  registry.mode = "no package"
  const { isThere, stderr } = await add()
  registry.mode = "serve"
  expect(isThere).toBe("false")
  expect(stderr).toMatch(/could not be had\n.*\n {2}next: npm ci, without --omit=optional/)
})

test("what needs a browser says which package is missing, and the command", async () => {
  const modules = join(root, "node_modules")
  await mkdir(join(modules, BROWSER[0]), { recursive: true })
  expect(() => requireInstalled("The tests need", BROWSER, modules)).toThrow(
    /The tests need what is not installed: playwright-core\n.*\n {2}next: npm ci/,
  )
  await mkdir(join(modules, BROWSER[1]))
  requireInstalled("The tests need", BROWSER, modules)
})
