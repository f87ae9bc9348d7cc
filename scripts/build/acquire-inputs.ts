import { existsSync } from "node:fs"
import { stat } from "node:fs/promises"
import { join } from "node:path"
import type { GrammarFiles } from "../contents/grammars.ts"
import { Failure } from "../lib/errors.ts"
import { formatBytes, type Step } from "../lib/log.ts"
import { acquireAll, acquireFile, acquireGroups } from "../lib/npm/acquire.ts"
import { cachedPath } from "../lib/npm/cache.ts"
import type { PinnedPackage } from "../lib/npm/pinned.ts"
import { type Pin, type PinnedGrammar, type PinnedTarget, pinnedTarget } from "../pins/pin.ts"

/** What a build is made from, each verified against the pin. Paths in the cache. */
export interface Inputs extends Executables, Carried {}

/** What is large, and takes a while to verify. */
export interface Executables {
  /** What the pin says of the files. */
  pinned: PinnedTarget
  opencode: string
  bun: string
}

/** What goes inside as it is. */
export interface Carried {
  ripgrep: string
  /** By language. */
  grammars: Record<string, GrammarFiles>
  /** Acquires the package that carries the web UI, if there is one; asked only when its pack is not in the cache already. */
  webUi: (() => Promise<string>) | undefined
}

/**
 * The step that uses the network, and only when the cache lacks something. What is small is there long before the rest.
 * @throws Failure when the pin has no such target; the promises reject with one when a package cannot be had as pinned
 */
export function acquireInputs(
  pin: Pin,
  { target, cache }: { target: string; cache: string },
  step: Step,
): { executables: Promise<Executables>; carried: Promise<Carried> } {
  const pinned = pinnedTarget(pin, target)
  const from = { cache, onProgress: step.update }
  const packages = Object.values(pin.grammars).flat()
  const { large, small } = acquireGroups(
    { large: [pinned.opencode, pinned.bun], small: [pinned.ripgrep, ...filesOf(packages, "licenseFile")] },
    from,
  )
  return {
    executables: large.then(async ([opencode, bun]) => {
      const { name, version } = pinned.opencode
      step.result(`${name}@${version}, ${formatBytes((await stat(opencode!)).size)}`)
      return { pinned, opencode: opencode!, bun: bun! }
    }),
    carried: small.then(async ([ripgrep]) => {
      // From the tarballs that were just fetched.
      await acquireAll([...filesOf(packages, "wasm"), ...filesOf(packages, "highlights")], from)
      const { webUi } = pin
      return {
        ripgrep: ripgrep!,
        grammars: grammarsOf(pin, cache),
        webUi: webUi && (() => acquireFile(webUi, from)),
      }
    }),
  }
}

/** The files of one kind that the packages of a grammar have, in the order of the packages. */
function filesOf(list: PinnedGrammar, kind: "wasm" | "highlights" | "licenseFile"): PinnedPackage[] {
  return list.flatMap(({ name, version, integrity, [kind]: file }) =>
    file ? [{ name, version, integrity, executable: file }] : [],
  )
}

/** The queries that are our own, of grammars in whose packages there is none that fits. */
const OWN_QUERIES = join(import.meta.dirname, "../../pins/highlights")

/** @throws Failure when a grammar has no query */
function grammarsOf({ grammars }: Pin, cache: string): Carried["grammars"] {
  const there = Object.entries(grammars).filter(([, list]) => list.length > 0)
  return Object.fromEntries(
    there.map(([language, list]) => {
      const [wasm] = filesOf(list, "wasm")
      const highlights = filesOf(list, "highlights").map((pinned) => cachedPath(cache, pinned))
      return [
        language,
        {
          wasm: cachedPath(cache, wasm!),
          wasmSha512: wasm!.executable.sha512,
          highlights: highlights.length > 0 ? highlights : [ownQuery(language)],
        },
      ]
    }),
  )
}

function ownQuery(language: string): string {
  const file = join(OWN_QUERIES, `${language}.scm`)
  if (existsSync(file)) return file
  throw new Failure({
    what: `The grammar of ${language} has no query, so that nothing would be coloured by it`,
    why: `none of its packages in the pin has highlights, and there is no pins/highlights/${language}.scm`,
    next: `name a package with a query in grammars.${language} of the pin, or write that file: docs/pins.md`,
  })
}
