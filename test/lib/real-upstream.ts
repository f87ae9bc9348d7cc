import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { type EmbeddedModule, type ModuleGraph, readModuleGraph } from "../../scripts/container/index.ts"
import { readWebUi } from "../../scripts/contents/web-ui/read-assets.ts"
import type { Unit } from "../../scripts/patching/unit.ts"
import { PACKAGE } from "../../scripts/upstream/git/typescript-tree.ts"
import { bundleNames, readableBundles } from "../../scripts/upstream/readable-bundles.ts"
import { renameInto } from "./rename-into.ts"
import { commitUpstream, FOLDER } from "./stand-in-upstream.ts"
import { acquire, gitPin, stockExecutable, target } from "./stock.ts"

// OpenCode's real code, as a monorepo that the git source can build: the bundle of the published executable, cut into
// the source files that it was made of. It is made where it is wanted, and nothing of it is in this repository.

const ENTRY = "src/index.ts"

/** What is of no file of the package: dependencies, and what Bun puts around them. */
const OTHERS = "bundle/others.js"

/** How Bun calls the loaders of the assets, by their numbers in an executable. */
const TYPES: Record<number, string> = { 5: "file", 9: "wasm", 10: "napi" }

/** What upstream's files have and a bundle has not: imports of other modules of the same bundle. */
const IMPORTS: Record<string, string> = { "src/server/server.ts": 'import { proxy } from "hono/proxy"\n' }

/** Makes a repository of it, in the stand-in's layout, with its lockfile and the web UI that the release source takes. */
export async function makeRealUpstream(folder: string): Promise<{ first: string; second: string }> {
  await cp(FOLDER, folder, { recursive: true })
  const opencode = join(folder, PACKAGE)
  await rm(join(opencode, "src"), { recursive: true })
  const build = join(import.meta.dirname, "../fixtures/real-code/build.ts")
  await cp(build, join(opencode, "script/build.ts"))
  await writeFile(join(folder, ".gitignore"), "node_modules\ndist\n")
  const graph = readModuleGraph(await readFile(await stockExecutable(target.name, gitPin)))
  await writeFiles(opencode, { ...cut(graph), ...assetFiles(graph) })
  const app = join(folder, "packages/app")
  const page = readWebUi(readModuleGraph(await readFile(await acquire(gitPin.webUi!))))
  await writeFiles(join(app, "public"), Object.fromEntries(page.map(({ path, content }) => [path, content])))
  await writeFile(
    join(app, "script/build.ts"),
    'import fs from "fs"\nfs.cpSync("public", "dist", { recursive: true })\n',
  )
  return commitUpstream(folder)
}

/**
 * The text files of the package. The TUI's worker is a bundle of its own in an executable, of nearly the same files with
 * other names: what only it has goes into the names of the main bundle, and the rest of it is the main bundle's.
 */
function cut(graph: ModuleGraph): Record<string, string> {
  const [main, worker] = ["main", "worker"].map(
    (name) => readableBundles.readTrees(graph).find((tree) => tree.name === name)!.units,
  ) as [Unit[], Unit[]]
  const both = new Set(main.map(({ file }) => file))
  const ofWorker = renameInto(
    worker.filter(({ file }) => !both.has(file)),
    worker,
    main,
  )
  const files: Record<string, string> = { ...IMPORTS }
  for (const unit of [...main, ...ofWorker]) files[home(unit)] = (files[home(unit)] ?? "") + textOf(unit)
  const last = main.findLastIndex(({ file }) => file === ENTRY)
  const order = {
    main: main.map(home),
    worker: [...main.toSpliced(last, 1), ...ofWorker].map(home),
    parser: bundleNames(graph).parser,
    assets: assets(graph).map(({ module, file, type }) => ({ name: module.name, file, type })),
  }
  files["bundle/order.json"] = JSON.stringify(order)
  return files
}

function home({ file }: Unit): string {
  return file.startsWith("src/") ? file : OTHERS
}

function textOf({ text }: Unit): string {
  return text.replace(/^\/\/ @bun\n/, "")
}

/** By its name without the hash, which Bun adds again. */
function assets(graph: ModuleGraph): { module: EmbeddedModule; file: string; type: string }[] {
  const code = Object.values(bundleNames(graph))
  return graph.modules
    .filter(({ name }) => !code.includes(name))
    .map((module, i) => {
      const name = basename(module.name).replace(/-[0-9a-z]{8}(?=\.\w+$)/, "")
      return { module, file: `bundle/assets/${i}/${name}`, type: TYPES[module.loader]! }
    })
}

function assetFiles(graph: ModuleGraph): Record<string, Uint8Array> {
  return Object.fromEntries(assets(graph).map(({ module, file }) => [file, module.contents]))
}

async function writeFiles(folder: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [file, contents] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), contents)
  }
}
