import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import type { Inputs } from "./acquire-inputs.ts"
import { formatBytes, type Step } from "./lib/log.ts"
import {
  compareRuntime,
  type ModuleGraph,
  type RuntimeComparison,
  readModuleGraph,
} from "./lib/module-graph/index.ts"

/** Upstream's executable, taken apart. */
export interface Stock {
  inputs: Inputs
  graph: ModuleGraph
  bytes: number
  /** Hex. */
  sha256: string
  /** Whether the runtime in front of the graph is the stock Bun package's, byte for byte. */
  runtime: RuntimeComparison
}

/** @throws Failure when the file's layout is not one that is known */
export async function readStock(inputs: Inputs, step: Step): Promise<Stock> {
  const file = await readFile(inputs.opencode)
  const graph = readModuleGraph(file)
  const runtime = await compareRuntime(graph.runtime, inputs.bun)
  const { name, version } = inputs.target.bun
  step.result(
    `${graph.modules.length} modules, runtime ${runtime.equal ? "equals" : "DIFFERS from"} ${name}@${version}, ${formatBytes(graph.runtime.length)}`,
  )
  const sha256 = createHash("sha256").update(file).digest("hex")
  return { inputs, graph, bytes: file.length, sha256, runtime }
}
