import { readFile } from "node:fs/promises"
import { type Reconstruction, reconstruct } from "./bun.ts"
import { leaveRuntime } from "./edit.ts"
import { readModuleGraph } from "./read.ts"
import type { LightGraph } from "./types.ts"

/** An executable, taken apart. */
export interface Executable {
  /** Its runtime stays in the file. */
  graph: LightGraph
  bytes: number
  /** Whether the stock Bun with the graph put into it is the executable, byte for byte. */
  runtime: Reconstruction
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
    runtime: await reconstruct(whole, bun),
  }
  // The file would be most of what the build holds in memory, and only its modules are needed from here on. Detached, it
  // goes with the next collection, which is now; left alone it outlives the build.
  file.buffer.transfer(0)
  Bun.gc(true)
  return executable
}
