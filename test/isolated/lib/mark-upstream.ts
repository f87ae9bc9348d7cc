import { mkdtemp, readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  readModuleGraph,
  replaceModule,
  writeExecutable,
  writeModuleGraph,
} from "../../../scripts/container/index.ts"
import { builtExecutable } from "../../lib/built.ts"

/** Is among the files of a run of such a copy when upstream's code was loaded in it. */
export const UPSTREAM_MARK = "project/upstream-was-loaded"

const CODE = `process.getBuiltinModule("fs").writeFileSync("upstream-was-loaded", "");\n`

/**
 * Copies the executable that was built, and has upstream's entry leave a file in the working directory as it is loaded.
 * @returns its path, in a folder of its own
 */
export async function markUpstream(): Promise<string> {
  const graph = readModuleGraph(await readFile(builtExecutable()))
  const entry = graph.modules[graph.entry]!
  const text = Buffer.from(entry.contents)
  // Behind the first line, which tells the runtime that the module is compiled.
  const at = text.indexOf("\n") + 1
  const contents = Buffer.concat([text.subarray(0, at), Buffer.from(CODE), text.subarray(at)])
  const file = join(await mkdtemp(join(tmpdir(), "marked-")), "opencode")
  await writeExecutable(file, writeModuleGraph(replaceModule(graph, entry.name, contents)))
  return file
}
