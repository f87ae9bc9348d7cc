import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { defaultCache } from "../../../scripts/lib/npm/cache.ts"
import { readPackages } from "../../../scripts/lib/npm/read-packages.ts"
import { run } from "../../../scripts/lib/process.ts"
import type { NamedPatch } from "../../../scripts/patching/apply.ts"
import { readDependencies, writeDependencies } from "../../../scripts/patching/dependencies.ts"
import { dependencyOf } from "../../../scripts/patching/patch.ts"
import { readSeries } from "../../../scripts/patching/read-series.ts"
import type { Unit } from "../../../scripts/patching/unit.ts"
import { applyToGitTree } from "../../../scripts/upstream/git/typescript-tree.ts"
import { must } from "../../lib/stand-in-upstream.ts"

// On what is really published: upstream's bundles of 1.3.0 are made of @opentui/core 0.1.88, which not every mirror of
// the npm registry has, so its neighbours stand for it, and of these two versions of the endpoints.

const LOCKED = {
  "@opentui/core@0.1.87":
    "sha512-dhsmMv0IqKftwG7J/pBrLBj2armsYIg5R3LBvciRQI/6X89GufP4l1u0+QTACAx6iR4SYJJNVNQ2tdX8LM9rMw==",
  "@opentui/core@0.1.90":
    "sha512-Os2dviqWVETU3kaK36lbSvdcI93GAWhw0xb9ng/d0DWYuM9scRmAhLHiOayp61saWv/BR8OJXeuQYHvrp5rd6A==",
  "@octokit/plugin-rest-endpoint-methods@10.4.1":
    "sha512-xV1b+ceKV9KytQe3zCVqjg+8GTGfDYwaT1ATU5isiUyVtlVAO3HNdzpS4sr4GBx4hxQ46s7ITtZrAsxG22+rVg==",
  "@octokit/plugin-rest-endpoint-methods@16.1.1":
    "sha512-VztDkhM0ketQYSh5Im3IcKWFZl7VIrrsCaHbDINkdYeiiAsJzjhS2xRFCSJgfN6VOcsoW4laMtsmf3HcNqIimg==",
}

const options = { cache: defaultCache() }
const series = (await readSeries()).filter(({ edits }) => edits.some((edit) => dependencyOf(edit)))

let root: string
let units: Unit[]

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "dependencies-"))
  await makeTree(root)
  units = await readDependencies(root, series, options)
})
afterAll(() => rm(root, { recursive: true }))

async function makeTree(folder: string, manifest = '{\n  "private": true\n}\n'): Promise<void> {
  await mkdir(join(folder, "patches"), { recursive: true })
  await writeFile(join(folder, "package.json"), manifest)
  const tuples = Object.entries(LOCKED).map(
    ([spec, integrity], i) => `    "place ${i}": ["${spec}", "", {}, "${integrity}"],\n`,
  )
  const lock = `{\n  "lockfileVersion": 1,\n  "packages": {\n${tuples.join("\n")}  }\n}\n`
  await writeFile(join(folder, "bun.lock"), lock)
}

function patched(patches: NamedPatch[], of = units): Unit[] {
  const texts = new Map<string, Unit>()
  const { changes, refused } = applyToGitTree({ name: "git", units: of }, patches)
  if (refused.length > 0) throw refused[0]!.why
  for (const { changed } of changes) for (const unit of changed) texts.set(unit.file, unit)
  return [...texts.values()]
}

function pathsOf(changed: Unit[]): string[] {
  return changed.map(({ published }) => `${published!.package} ${published!.path}`).sort()
}

/** The published files of a package, as Bun would have them at hand. */
async function unpack(spec: string, folder: string): Promise<void> {
  for (const { published } of units.filter((unit) => unit.published!.package === spec)) {
    await mkdir(dirname(join(folder, published!.path)), { recursive: true })
    await writeFile(join(folder, published!.path), published!.text)
  }
}

describe("the series on the files of dependencies", () => {
  test("finds its places in each version, in the files that upstream's code imports", () => {
    const found = series.map((patch) => [patch.name, pathsOf(patched([patch]))])
    expect(Object.fromEntries(found)).toEqual({
      "tui-use-grammars-inside": [
        "@opentui/core@0.1.87 parser.worker.js",
        "@opentui/core@0.1.90 parser.worker.js",
      ],
      "opentui-load-lazily": [
        "@opentui/core@0.1.87 index-0wbvecnk.js",
        "@opentui/core@0.1.90 index-e89anq5x.js",
      ],
      "github-read-endpoints-lazily": [
        "@octokit/plugin-rest-endpoint-methods@10.4.1 dist-src/endpoints-to-methods.js",
        "@octokit/plugin-rest-endpoint-methods@16.1.1 dist-src/endpoints-to-methods.js",
      ],
    })
  })

  test("leaves code that Bun can read", () => {
    const transpiler = new Bun.Transpiler({ loader: "js" })
    for (const { text, file } of patched(series)) expect(() => transpiler.scan(text), file).not.toThrow()
  })

  test("is refused when one version has a place less than the others, and says which", () => {
    const broken = units.map((unit) =>
      unit.file.includes("core@0.1.90")
        ? { ...unit, text: unit.text.replaceAll("loadFiletypeParser", "load") }
        : unit,
    )
    expect(() => patched(series, broken)).toThrow(
      /tui-use-grammars-inside does not apply: in @opentui\/core@0.1.90 of the git tree/,
    )
  })

  test("is refused when the lockfile has no such dependency", () => {
    const without = units.filter(({ file }) => !file.includes("@opentui"))
    expect(() => patched(series, without)).toThrow("in node_modules/@opentui/core/ of the git tree")
  })

  test("reads nothing for patches of upstream's own files", async () => {
    const others = (await readSeries()).filter((patch) => !series.some(({ name }) => name === patch.name))
    expect(await readDependencies("/nowhere", others, { cache: "/nowhere" })).toEqual([])
  })
})

test("the patched table of endpoints is filled on first use, and is the published one", async () => {
  const spec = "@octokit/plugin-rest-endpoint-methods@16.1.1"
  const program = `
    const { entries } = Object
    let count = 0
    Object.entries = (value) => { count++; return entries(value) }
    const { restEndpointMethods } = await import("./dist-src/index.js")
    const atStart = count
    const { rest } = restEndpointMethods({ request: { defaults: (endpoint) => endpoint } })
    console.log(JSON.stringify({ atStart, areas: Object.keys(rest), get: String(rest.repos.get.url) }))`
  const runWith = async (name: string, changed: Unit[]) => {
    const folder = join(root, name)
    await unpack(spec, folder)
    for (const { text, published } of changed.filter(({ file }) => file.includes("@16.1.1")))
      await writeFile(join(folder, published!.path), text)
    await writeFile(join(folder, "program.mjs"), program)
    return JSON.parse((await run(process.execPath, ["program.mjs"], { cwd: folder })).stdout)
  }
  const { atStart, ...before } = await runWith("published", [])
  expect(atStart).toBeGreaterThan(30)
  expect(before.areas).toContain("repos")
  expect(await runWith("lazy", patched(series))).toEqual({ ...before, atStart: 0 })
})

test("a worker of OpenTUI's that is run from its source, where nothing of ours is, fetches grammars as upstream's does", async () => {
  const spec = "@opentui/core@0.1.87"
  const locked = { name: "@opentui/core", version: "0.1.87", integrity: LOCKED[spec] }
  const [files] = await readPackages([locked], options)
  const asked: string[] = []
  using server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const path = new URL(request.url).pathname.slice(1)
      asked.push(path)
      return new Response(files!.find((file) => file.path === path)!.data.slice())
    },
  })
  const worker = patched(series).find(
    ({ published }) => published!.package === spec && published!.path === "parser.worker.js",
  )!
  expect(worker.text).toContain("@/offline")
  const folder = join(root, "source")
  await mkdir(folder)
  await writeFile(join(folder, "parser.worker.js"), worker.text)
  await writeFile(join(folder, "program.mjs"), PRELOADING)
  // It imports web-tree-sitter.
  await symlink(join(import.meta.dirname, "../../../node_modules"), join(folder, "node_modules"))
  const answer = await run(process.execPath, ["program.mjs", `${server.url}assets/javascript/`], {
    cwd: folder,
  })
  expect(JSON.parse(answer.stdout)).toMatchObject({ type: "PRELOAD_PARSER_RESPONSE", hasParser: true })
  expect(asked).toEqual(["assets/javascript/tree-sitter-javascript.wasm", "assets/javascript/highlights.scm"])
})

/** Has the worker load a language from an URL, and prints what it answers. */
const PRELOADING = `
  const url = process.argv[2]
  const wasm = url + "tree-sitter-javascript.wasm"
  const queries = { highlights: [url + "highlights.scm"] }
  const worker = new Worker(new URL("./parser.worker.js", import.meta.url))
  worker.onmessage = ({ data }) => {
    if (data.type === "INIT_RESPONSE") return preload()
    if (data.type === "WORKER_LOG") return
    console.log(JSON.stringify(data))
    process.exit()
  }
  worker.postMessage({ type: "INIT", dataPath: "data" })
  function preload() {
    worker.postMessage({ type: "ADD_FILETYPE_PARSER", filetypeParser: { filetype: "javascript", wasm, queries } })
    worker.postMessage({ type: "PRELOAD_PARSER", filetype: "javascript", messageId: "one" })
  }`

describe("what a commit holds for a dependency", () => {
  test("is a patch of the published files that git applies, and a line in package.json and bun.lock", async () => {
    const tree = join(root, "tree")
    await makeTree(tree)
    const lock = await readFile(join(tree, "bun.lock"), "utf8")
    const spec = "@opentui/core@0.1.87"
    const all = patched(series).filter(({ published }) => published!.package === spec)
    // As two patches do, one after the other.
    for (const unit of all) await writeDependencies(tree, [unit])
    const line = `    "${spec}": "patches/@opentui%2Fcore@0.1.87.patch"\n  }`
    const table = `  "patchedDependencies": {\n${line}`
    expect(await readFile(join(tree, "package.json"), "utf8")).toBe(`{\n  "private": true,\n${table}\n}\n`)
    expect(await readFile(join(tree, "bun.lock"), "utf8")).toBe(
      lock.replace('  "packages"', `${table},\n  "packages"`),
    )
    const folder = join(root, "unpacked")
    await unpack(spec, folder)
    await must(folder, ["apply", join(tree, "patches/@opentui%2Fcore@0.1.87.patch")])
    expect(all).toHaveLength(2)
    for (const { text, published } of all)
      expect(await readFile(join(folder, published!.path), "utf8")).toBe(text)
  })

  test("has what upstream's own patch of it does, in the same file and in others", async () => {
    const tree = join(root, "theirs")
    const spec = "@octokit/plugin-rest-endpoint-methods@16.1.1"
    const own = "patches/own.patch"
    await makeTree(tree, JSON.stringify({ patchedDependencies: { [spec]: own } }))
    const path = "dist-src/endpoints-to-methods.js"
    const unit = units.find(({ published }) => published!.package === spec && published!.path === path)!
    const theirs = { ...unit, text: `// theirs\n${unit.text}` }
    await writeDependencies(tree, [theirs])
    const other =
      "diff --git a/README.md b/README.md\n--- a/README.md\n+++ b/README.md\n@@ -1,1 +1,2 @@\n+theirs\n # x\n"
    await writeFile(join(tree, own), (await readFile(join(tree, own), "utf8")) + other)
    const read = await readDependencies(tree, series, options)
    await writeDependencies(
      tree,
      patched(series, read).filter(({ published }) => published!.package === spec),
    )
    const text = await readFile(join(tree, own), "utf8")
    expect(text).toContain(other)
    expect(text).toMatch(/^\+\/\/ theirs$/m)
    expect(text).toMatch(/^\+function readGithubEndpoints\(\) \{$/m)
    expect(text.match(/^diff --git /gm)).toHaveLength(2)
    await writeFile(join(tree, own), text.replaceAll("endpointMethodsMap", "another"))
    await expect(readDependencies(tree, series, options)).rejects.toThrow(
      `${own} of the git tree does not apply`,
    )
  })
})
