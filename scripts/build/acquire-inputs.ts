import { stat } from "node:fs/promises"
import { Failure } from "../lib/errors.ts"
import { formatBytes, type Step } from "../lib/log.ts"
import { acquireAll, acquireFile } from "../lib/npm/acquire.ts"
import { cachedPath } from "../lib/npm/cache.ts"
import type { Pin, PinnedGrammar, PinnedPackage } from "../pins/pin.ts"
import type { BuildOptions } from "./options.ts"

/** Paths in the cache. */
export interface GrammarFiles {
  wasm: string
  /** The query that colours, in pieces. */
  highlights: string[]
}

/** What a build is made from, each verified against the pin. */
export interface Inputs {
  pin: Pin
  target: { opencode: PinnedPackage; bun: PinnedPackage }
  /** Paths in the cache. */
  opencode: string
  bun: string
  ripgrep: string
  /** By language. */
  grammars: Record<string, GrammarFiles>
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
  const executables = await acquireAll([target.opencode, target.bun, pin.ripgrep], from)
  const [opencode, bun, ripgrep] = executables as [string, string, string]
  const packages = Object.values(pin.grammars).flat()
  await acquireAll(filesOf(packages, "licenseFile"), from)
  // From the tarballs that were just fetched.
  await acquireAll([...filesOf(packages, "wasm"), ...filesOf(packages, "highlights")], from)
  step.result(
    `${target.opencode.name}@${target.opencode.version}, ${formatBytes((await stat(opencode)).size)}`,
  )
  return {
    pin,
    target,
    opencode,
    bun,
    ripgrep,
    grammars: Object.fromEntries(
      Object.entries(pin.grammars).map(([language, list]) => [language, pathsOf(list, options.cache)]),
    ),
    webUi: () => acquireFile(pin.webUi, from),
  }
}

/** The files of one kind that the packages of a grammar have, in the order of the packages. */
function filesOf(list: PinnedGrammar, kind: "wasm" | "highlights" | "licenseFile"): PinnedPackage[] {
  return list.flatMap(({ name, version, integrity, [kind]: file }) =>
    file ? [{ name, version, integrity, executable: file }] : [],
  )
}

function pathsOf(list: PinnedGrammar, cache: string): GrammarFiles {
  const [wasm] = filesOf(list, "wasm")
  return {
    wasm: cachedPath(cache, wasm!),
    highlights: filesOf(list, "highlights").map((pinned) => cachedPath(cache, pinned)),
  }
}

function unknownTarget(pin: Pin, target: string): Failure {
  const known = Object.keys(pin.targets)
  return new Failure({
    what: `The pin ${pin.version} has no target ${JSON.stringify(target)}`,
    why: `it has ${known.join(", ")}`,
    next: `npm run build -- --target ${known[0]}`,
  })
}
