import { type Embedded, modulesOf } from "./embed-contents.ts"
import { OFFLINE_MODULE } from "./embed-offline.ts"
import { formatBytes, type Step } from "./lib/log.ts"
import { addModule, replaceModule, writeModuleGraph } from "./lib/module-graph/index.ts"
import { printTrees } from "./lib/release-source.ts"
import type { Tree } from "./lib/series/apply.ts"
import type { BuildOptions } from "./read-options.ts"
import type { Stock } from "./read-stock.ts"
import { openStaging, type Staging, writeExecutable } from "./write-release.ts"

/** The new executable, in a staging folder. */
export interface Built {
  staging: Staging
  bytes: number
  /** Hex. */
  sha256: string
}

/** Bun's enumerations for what is added: how the bytes are to be read, and that they are for the program itself. */
const KINDS = {
  code: { encoding: 1, loader: 1, format: 1, side: 0 },
  asset: { encoding: 0, loader: 5, format: 0, side: 1 },
}

/**
 * Puts everything into the stock executable's module graph and writes it to a staging folder. Modules that are not
 * named keep every byte, and the offline module is run first by a `--preload` in front of the stored arguments.
 */
export async function assembleExecutable(
  stock: Stock,
  trees: Tree[],
  embedded: Embedded,
  options: BuildOptions,
  step: Step,
): Promise<Built> {
  let graph = stock.graph
  for (const [name, contents] of printTrees(trees, stock.graph, OFFLINE_MODULE))
    graph = replaceModule(graph, name, contents)
  for (const { kind, name, contents } of modulesOf(embedded))
    graph = addModule(graph, { ...KINDS[kind], name, contents })
  graph = { ...graph, argv: `--preload=${OFFLINE_MODULE} ${graph.argv}` }
  const staging = await openStaging(options.out)
  const written = await writeExecutable(staging.executable, writeModuleGraph(graph))
  step.result(`${formatBytes(written.bytes)}, stock ${formatBytes(stock.bytes)}`)
  return { staging, ...written }
}
