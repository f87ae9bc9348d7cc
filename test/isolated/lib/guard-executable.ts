import { chmod, mkdtemp, open, readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { build, type Plugin } from "esbuild"
import { OFFLINE_MODULE } from "../../../scripts/embed-offline.ts"
import {
  addModule,
  readModuleGraph,
  replaceModule,
  writeModuleGraph,
} from "../../../scripts/lib/module-graph/index.ts"
import { stockExecutable } from "../../lib/stock.ts"

/** Names a file of offline/guard that is left out of the run: the executable that is made here obeys it. */
export const LEAVE_OUT = "TEST_GUARD_WITHOUT"

/**
 * Makes an executable from the stock one that has the guard in it as a release has, and runs a script of ours in place
 * of OpenCode, in the main thread and in workers.
 * @param script a file beside this one
 * @returns its path, in a folder of its own
 */
export async function makeGuardExecutable(script: string): Promise<string> {
  const root = path.join(import.meta.dirname, "../../..")
  const offline = await bundle(path.join(root, "offline/index.ts"), [obeyLeaveOut])
  const probe = await bundle(path.join(import.meta.dirname, script))
  let graph = readModuleGraph(await readFile(await stockExecutable("1.3.0")))
  for (const name of ["/$bunfs/root/src/index.js", "/$bunfs/root/src/cli/cmd/tui/worker.js"])
    graph = replaceModule(graph, name, probe)
  graph = addModule(graph, {
    name: OFFLINE_MODULE,
    contents: offline,
    encoding: 1,
    loader: 1,
    format: 1,
    side: 0,
  })
  graph = { ...graph, argv: `--preload=${OFFLINE_MODULE} ${graph.argv}` }
  const file = path.join(await mkdtemp(path.join(tmpdir(), "guard-")), "probe")
  const handle = await open(file, "w")
  for (const part of writeModuleGraph(graph)) await handle.writeFile(part)
  await handle.close()
  await chmod(file, 0o755)
  return file
}

async function bundle(entry: string, plugins: Plugin[] = []): Promise<Buffer> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    target: "esnext",
    external: ["bun", "bun:*"],
    charset: "ascii",
    logLevel: "silent",
    plugins,
  })
  return Buffer.from(`// @bun\n${result.outputFiles[0]!.text}`)
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
