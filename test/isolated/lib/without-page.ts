import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  readModuleGraph,
  replaceModule,
  writeExecutable,
  writeModuleGraph,
} from "../../../scripts/container/index.ts"
import { findIndex } from "../../../scripts/contents/web-ui/read-assets.ts"

/** Copies an executable that has upstream's page inside, without the list of the page's files. */
export async function withoutPage(executable: string) {
  const graph = readModuleGraph(await readFile(executable))
  const folder = await mkdtemp(join(tmpdir(), "without-page-"))
  const path = join(folder, "opencode")
  const contents = Buffer.from('throw new Error("the page is not there")')
  await writeExecutable(path, writeModuleGraph(replaceModule(graph, findIndex(graph).name, contents)))
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
