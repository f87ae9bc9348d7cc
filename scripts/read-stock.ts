import { readFile } from "node:fs/promises"
import type { Inputs } from "./acquire-inputs.ts"
import { formatBytes, type Step } from "./lib/log.ts"
import { compareRuntime, type ModuleGraph, readModuleGraph, type RuntimeComparison } from "./lib/module-graph/index.ts"

/** Upstream's executable, taken apart. */
export interface Stock {
  inputs: Inputs
  graph: ModuleGraph
  bytes: number
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
  return { inputs, graph, bytes: file.length, runtime }
}
