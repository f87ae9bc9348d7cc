import { type Executable, rootOf, takeApart } from "../container/index.ts"
import { Failure } from "../lib/errors.ts"
import { formatBytes, type Step } from "../lib/log.ts"
import type { Target } from "../upstream/target.ts"
import type { Inputs } from "./acquire-inputs.ts"

/**
 * Takes upstream's executable apart.
 * @throws Failure when the file's layout is not one that is known, or is one of another system
 */
export async function readStock(inputs: Inputs, target: Target, step: Step): Promise<Executable> {
  const executable = await takeApart(inputs.opencode, inputs.bun)
  const { graph, runtime } = executable
  if (!target.layouts.includes(graph.runtime.layout) || rootOf(graph) !== target.root)
    throw anotherSystem(inputs, target, `${graph.runtime.layout}, ${rootOf(graph)}`)
  const { name, version } = inputs.pinned.bun
  step.result(
    `${graph.modules.length} modules, runtime ${runtime.equal ? "equals" : "DIFFERS from"} ${name}@${version}, ${formatBytes(graph.runtime.length)}`,
  )
  return executable
}

/** Our modules would not be found in it. */
function anotherSystem({ pinned }: Inputs, target: Target, found: string): Failure {
  return new Failure({
    what: `${pinned.opencode.name}@${pinned.opencode.version} is not laid out as executables for ${target.os} are`,
    why: `it is ${found}; known are ${target.layouts.join(" or ")}, ${target.root}`,
    next: "compare scripts/upstream/target.ts with what Bun does there now",
  })
}
