import { stat } from "node:fs/promises"
import { acquireAll, acquireFile } from "./acquire-packages.ts"
import { Failure } from "./lib/errors.ts"
import { formatBytes, type Step } from "./lib/log.ts"
import type { BuildOptions } from "./read-options.ts"
import type { Pin, PinnedPackage } from "./read-pin.ts"

/** What a build is made from, each verified against the pin. */
export interface Inputs {
  pin: Pin
  target: { opencode: PinnedPackage; bun: PinnedPackage }
  /** Paths in the cache. */
  opencode: string
  bun: string
  ripgrep: string
  /** Acquires the package that carries the web UI; asked only when its pack is not in the cache already. */
  webUi(): Promise<string>
}

/**
 * The step that uses the network, and only when the cache lacks something.
 * @throws Failure when the pin has no such target, or a package cannot be had as pinned
 */
export async function acquireInputs(pin: Pin, options: BuildOptions, step: Step): Promise<Inputs> {
  const target = pin.targets[options.target]
  if (!target) throw unknownTarget(pin, options.target)
  const from = { cache: options.cache, onProgress: step.update }
  const list = [target.opencode, target.bun, pin.ripgrep]
  const [opencode, bun, ripgrep] = (await acquireAll(list, from)) as [string, string, string]
  step.result(
    `${target.opencode.name}@${target.opencode.version}, ${formatBytes((await stat(opencode)).size)}`,
  )
  return { pin, target, opencode, bun, ripgrep, webUi: () => acquireFile(pin.webUi, from) }
}

function unknownTarget(pin: Pin, target: string): Failure {
  const known = Object.keys(pin.targets)
  return new Failure({
    what: `The pin ${pin.version} has no target ${JSON.stringify(target)}`,
    why: `it has ${known.join(", ")}`,
    next: `npm run build -- --target ${known[0]}`,
  })
}
