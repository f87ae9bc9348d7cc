import { type Executable, rootOf, takeApart } from "../container/index.ts"
import { Failure } from "../lib/errors.ts"
import { hashFile } from "../lib/hash-file.ts"
import { formatBytes, type Step } from "../lib/log.ts"
import type { Target } from "../upstream/target.ts"
import type { Inputs } from "./acquire-inputs.ts"

/** Upstream's executable. */
export interface Stock extends Executable {
  /** Hex, as the pin has it. */
  sha512: string
  /** Hex. Only the record says it, so it is waited for there; until then a thread has the time. */
  sha256: Promise<string>
}

/**
 * Takes upstream's executable apart.
 * @throws Failure when the file's layout is not one that is known, or is one of another system
 */
export async function readStock(inputs: Inputs, target: Target, step: Step): Promise<Stock> {
  const sha256 = hashFile(inputs.opencode, "sha256").then(({ hash }) => hash)
  // A build that ends ahead of its record waits for none.
  sha256.catch(() => {})
  const executable = await takeApart(inputs.opencode, inputs.bun)
  const { graph, runtime } = executable
  if (!target.layouts.includes(graph.runtime.layout) || rootOf(graph) !== target.root)
    throw anotherSystem(inputs, target, `${graph.runtime.layout}, ${rootOf(graph)}`)
  const { name, version } = inputs.pinned.bun
  step.result(
    `${graph.modules.length} modules, runtime ${runtime.equal ? "equals" : "DIFFERS from"} ${name}@${version}, ${formatBytes(graph.runtime.length)}`,
  )
  return { ...executable, sha512: inputs.pinned.opencode.executable.sha512, sha256 }
}

/** Our modules would not be found in it. */
function anotherSystem({ pinned }: Inputs, target: Target, found: string): Failure {
  return new Failure({
    what: `${pinned.opencode.name}@${pinned.opencode.version} is not laid out as executables for ${target.os} are`,
    why: `it is ${found}; known are ${target.layouts.join(" or ")}, ${target.root}`,
    next: "compare scripts/upstream/target.ts with what Bun does there now",
  })
}
