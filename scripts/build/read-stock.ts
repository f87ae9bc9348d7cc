import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import {
  type LightGraph,
  leaveRuntime,
  type Reconstruction,
  readModuleGraph,
  reconstruct,
} from "../container/index.ts"
import { formatBytes, type Step } from "../lib/log.ts"
import type { Inputs } from "./acquire-inputs.ts"

/** An executable, taken apart. */
export interface Executable {
  /** Its runtime stays in the file. */
  graph: LightGraph
  bytes: number
  /** Hex. */
  sha256: string
  /** Whether the stock Bun with the graph put into it is the executable, byte for byte. */
  runtime: Reconstruction
}

/**
 * Takes upstream's executable apart.
 * @throws Failure when the file's layout is not one that is known
 */
export async function readStock(inputs: Inputs, step: Step): Promise<Executable> {
  const executable = await takeApart(inputs.opencode, inputs.bun)
  const { graph, runtime } = executable
  const { name, version } = inputs.pinned.bun
  step.result(
    `${graph.modules.length} modules, runtime ${runtime.equal ? "equals" : "DIFFERS from"} ${name}@${version}, ${formatBytes(graph.runtime.length)}`,
  )
  return executable
}

/**
 * Reads an executable, and sees whether its runtime is Bun's own.
 * @param path where it is, and stays while its graph is used
 * @param bun the path of the stock Bun
 * @throws Failure when its layout is not one that is known
 */
export async function takeApart(path: string, bun: string): Promise<Executable> {
  const file = await readFile(path)
  const whole = readModuleGraph(file)
  const executable = {
    graph: leaveRuntime(whole, path),
    bytes: file.length,
    sha256: createHash("sha256").update(file).digest("hex"),
    runtime: await reconstruct(whole, bun),
  }
  // The file would be most of what the build holds in memory, and only its modules are needed from here on. Detached, it
  // goes with the next collection; left alone it outlives the build (475 MB instead of 370).
  file.buffer.transfer(0)
  return executable
}
