import { mkdtemp, readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import type { Plugin } from "esbuild"
import { writeExecutable } from "../../../scripts/build/write-release.ts"
import {
  addModule,
  type ModuleGraph,
  readModuleGraph,
  replaceModule,
  writeModuleGraph,
} from "../../../scripts/container/index.ts"
import { bundleModule } from "../../../scripts/contents/bundle-module.ts"
import { NAMES } from "../../../scripts/contents/names.ts"
import { embedOffline } from "../../../scripts/contents/offline-module.ts"
import { BUNDLES } from "../../../scripts/upstream/readable-bundles.ts"
import { stockExecutable } from "../../lib/stock.ts"

/** Names a file of offline/guard that is left out of the run: the executable that is made here obeys it. */
export const LEAVE_OUT = "TEST_GUARD_WITHOUT"

/**
 * Makes an executable from the stock one that has the guard in it as a release has, and runs a script of ours in place
 * of OpenCode, in the main thread and in workers.
 * @param script a file beside this one
 * @param options `bare` leaves our module out: the runtime as it is
 * @returns its path, in a folder of its own
 */
export async function makeGuardExecutable(script: string, { bare = false } = {}): Promise<string> {
  const offline = await embedOffline({ source: "release" }, [obeyLeaveOut])
  const probe = Buffer.from(await bundleModule(path.join(import.meta.dirname, script)))
  let graph = readModuleGraph(await readFile(await stockExecutable()))
  for (const name of Object.values(BUNDLES)) graph = replaceModule(graph, name, probe)
  if (!bare) {
    const entry = graph.modules[graph.entry]!
    for (const [name, text] of Object.entries(offline))
      graph = addModule(graph, { ...entry, name, contents: Buffer.from(text) })
    graph = { ...graph, argv: `--preload=${NAMES.index} ${graph.argv}` }
  }
  return writeProbe(graph)
}

/** Has an executable that was built, from whatever source, run that script in place of its own code. */
export async function replaceCode(executable: string, script: string): Promise<string> {
  const probe = Buffer.from(await bundleModule(path.join(import.meta.dirname, script)))
  let graph = readModuleGraph(await readFile(executable))
  for (const name of Object.values(BUNDLES)) graph = replaceModule(graph, name, probe)
  return writeProbe(graph)
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
    onLoad({ filter: /offline\/guard\/[a-z-]+\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8")
      const name = path.basename(file, ".ts")
      const contents = text.replace(
        /^export function intercept\w+\(.*\{$/m,
        (line) => `${line}\n  if (process.env.${LEAVE_OUT} === "${name}") return`,
      )
      return { contents, loader: "ts" }
    })
  },
}
