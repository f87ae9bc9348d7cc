import { readFile } from "node:fs/promises"
import {
  addModule,
  readModuleGraph,
  writeExecutable,
  writeModuleGraph,
} from "../../../scripts/container/index.ts"
import { builtExecutable } from "../../lib/built.ts"
import { preamble } from "./leaks.ts"

/** Writes a copy of the executable that was built to `file`, with a leak's code in a module that runs ahead of the guard. */
export async function plantLeak(code: string, file: string): Promise<void> {
  const graph = readModuleGraph(await readFile(builtExecutable()))
  const leak = { name: "/$bunfs/root/leak.js", contents: Buffer.from(preamble + code) }
  const planted = addModule(graph, { ...leak, encoding: 1, loader: 1, format: 1, side: 0 })
  const argv = `--preload=${leak.name} ${graph.argv}`
  await writeExecutable(file, writeModuleGraph({ ...planted, argv }))
}
