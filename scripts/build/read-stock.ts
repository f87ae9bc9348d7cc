import { type Executable, takeApart } from "../container/index.ts"
import { formatBytes, type Step } from "../lib/log.ts"
import type { Inputs } from "./acquire-inputs.ts"

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
