import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import type { Inputs } from "./acquire-inputs.ts"
import { formatBytes, type Step } from "./lib/log.ts"
import {
  compareRuntime,
  type LightGraph,
  leaveRuntime,
  type RuntimeComparison,
  readModuleGraph,
} from "./lib/module-graph/index.ts"

/** Upstream's executable, taken apart. */
export interface Stock {
  inputs: Inputs
  graph: LightGraph
  bytes: number
  /** Hex. */
  sha256: string
  /** Whether the runtime in front of the graph is the stock Bun package's, byte for byte. */
  runtime: RuntimeComparison
}

/** @throws Failure when the file's layout is not one that is known */
export async function readStock(inputs: Inputs, step: Step): Promise<Stock> {
  const file = await readFile(inputs.opencode)
  const stock = await takeApart(inputs, file)
  // The file would be most of what the build holds in memory. Only its modules are needed from here on, so it is freed now.
  file.buffer.transfer(0)
  const { graph, runtime } = stock
  const { name, version } = inputs.target.bun
  step.result(
    `${graph.modules.length} modules, runtime ${runtime.equal ? "equals" : "DIFFERS from"} ${name}@${version}, ${formatBytes(graph.runtime.length)}`,
  )
  return stock
}

async function takeApart(inputs: Inputs, file: Uint8Array): Promise<Stock> {
  const graph = readModuleGraph(file)
  return {
    inputs,
    graph: leaveRuntime(graph, inputs.opencode),
    bytes: file.length,
    sha256: createHash("sha256").update(file).digest("hex"),
    runtime: await compareRuntime(graph.runtime, inputs.bun),
  }
}
