import { mkdtemp, readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import type { Plugin } from "esbuild"
import {
  addModule,
  type ModuleGraph,
  readModuleGraph,
  replaceModule,
  writeExecutable,
  writeModuleGraph,
} from "../../../scripts/container/index.ts"
import { bundleModule } from "../../../scripts/contents/bundle-module.ts"
import { NAMES } from "../../../scripts/contents/names.ts"
import { embedOffline } from "../../../scripts/contents/offline-module.ts"
import { stockRuntimes } from "../../lib/stock.ts"
import { PROBE_WORKER } from "./probe-worker.ts"

/** Names a file of offline/guard, or `children`, that is left out of the run: the executable that is made here obeys it. */
export const LEAVE_OUT = "TEST_GUARD_WITHOUT"

/** What an executable with a probe is made of. */
export interface GuardExecutableOptions {
  /** Leaves our module out: the runtime as it is. */
  bare?: boolean
  /** The path of a stock executable, of any release: its runtime, arguments and flags are taken. Else the pin's. */
  stock?: string
}

/**
 * Makes an executable from a stock one that has the guard in it as a release has, and runs a script of ours in place of
 * OpenCode, in the main thread and in workers. Nothing of OpenCode's code stays in it.
 * @param script a file beside this one
 * @returns its path, in a folder of its own
 */
export async function makeGuardExecutable(
  script: string,
  { bare = false, stock }: GuardExecutableOptions = {},
): Promise<string> {
  const read = readModuleGraph(await readFile(stock ?? (await stockRuntimes())[0]!.executable))
  const entry = read.modules[read.entry]!
  let graph: ModuleGraph = await withProbe({ ...read, modules: [entry], entry: 0 }, script)
  if (!bare) {
    for (const [name, text] of Object.entries(await embedOffline({ source: "release" }, [obeyLeaveOut])))
      graph = addModule(graph, { ...entry, name, contents: Buffer.from(text) })
    graph = { ...graph, argv: `--preload=${NAMES.index} ${graph.argv}` }
  }
  return writeProbe(graph)
}

/** Has an executable that was built, from whatever source, run that script in place of its own code. */
export async function replaceCode(executable: string, script: string): Promise<string> {
  return writeProbe(await withProbe(readModuleGraph(await readFile(executable)), script))
}

/** The script in place of the entry, and once more for workers. */
async function withProbe(graph: ModuleGraph, script: string): Promise<ModuleGraph> {
  const contents = Buffer.from(await bundleModule(path.join(import.meta.dirname, script)))
  const entry = graph.modules[graph.entry]!
  return addModule(replaceModule(graph, entry.name, contents), { ...entry, name: PROBE_WORKER, contents })
}

async function writeProbe(graph: ModuleGraph): Promise<string> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), "guard-")), "probe")
  await writeExecutable(file, writeModuleGraph(graph))
  return file
}

/** Lets each interception be left out, so that a test can see that its vectors are open without it. */
const obeyLeaveOut: Plugin = {
  name: "obey-leave-out",
  setup({ onLoad }) {
    onLoad({ filter: /offline\/(guard\/[a-z-]+|children\/intercept)\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8")
      const name = file.includes("/children/") ? "children" : path.basename(file, ".ts")
      const contents = text.replace(
        /^export function intercept\w+\(.*\{$/m,
        (line) => `${line}\n  if (process.env.${LEAVE_OUT} === "${name}") return`,
      )
      return { contents, loader: "ts" }
    })
  },
}
