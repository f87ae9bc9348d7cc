import { mkdtemp, readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Plugin } from "esbuild"
import {
  addModule,
  type ModuleGraph,
  readModuleGraph,
  replaceModule,
  rootOf,
  writeExecutable,
  writeModuleGraph,
} from "../container/index.ts"
import { bundleModule } from "../contents/bundle-module.ts"
import { NAMES } from "../contents/names.ts"
import { embedOffline } from "../contents/offline-module.ts"
import { probeWorker } from "./probe-worker.ts"

/** What an executable with a probe is made of. */
export interface ProbeOptions {
  /** The path of a stock executable, of any release: its runtime, arguments and flags are taken. */
  stock: string
  /** Leaves our module out: the runtime as it is. */
  bare?: boolean
  /** What the build decided for everyone, as `--policy` has it. */
  policy?: object
  /** What changes our module as it is bundled. */
  plugins?: Plugin[]
}

/**
 * Makes an executable from a stock one that has our module in it as a release has, and runs a script of ours in place of
 * OpenCode, in the main thread and in workers. Nothing of OpenCode's code stays in it.
 * @param script the path of the script
 * @returns the executable's path, in a folder of its own
 */
export async function makeProbe(
  script: string,
  { stock, bare = false, policy, plugins = [] }: ProbeOptions,
): Promise<string> {
  const read = readModuleGraph(await readFile(stock))
  const entry = read.modules[read.entry]!
  let graph: ModuleGraph = await withProbe({ ...read, modules: [entry], entry: 0 }, script)
  if (!bare) {
    for (const [name, text] of Object.entries(
      await embedOffline({ source: "release", policy: policy && true }, plugins),
    ))
      graph = addModule(graph, { ...entry, name, contents: Buffer.from(text) })
    if (policy)
      graph = addModule(graph, {
        ...entry,
        name: NAMES.policy,
        contents: Buffer.from(JSON.stringify(policy)),
      })
    graph = { ...graph, argv: `--preload=${NAMES.start} ${graph.argv}` }
  }
  return writeProbe(graph)
}

/** Has an executable that was built, from whatever source, run the script at that path in place of its own code. */
export async function replaceCode(executable: string, script: string): Promise<string> {
  return writeProbe(await withProbe(readModuleGraph(await readFile(executable)), script))
}

/** The script in place of the entry, and once more for workers. */
async function withProbe(graph: ModuleGraph, script: string): Promise<ModuleGraph> {
  const contents = Buffer.from(await bundleModule(script))
  const entry = graph.modules[graph.entry]!
  const name = probeWorker(rootOf(graph))
  return addModule(replaceModule(graph, entry.name, contents), { ...entry, name, contents })
}

async function writeProbe(graph: ModuleGraph): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "probe-")), "probe")
  await writeExecutable(file, writeModuleGraph(graph))
  return file
}
