import { readFileSync } from "node:fs"
import { brotliDecompressSync } from "node:zlib"
import { moduleNames } from "../modules.ts"
import { type InsideBundle, type InsideIndex, importName } from "./format.ts"

/** A package inside, as configuration may name it. */
export interface InsidePackage {
  version: string
  /** What to import instead of its folder. */
  specifier: string
}

/** The package of that name inside, or undefined. Only those that were asked for by name count, not what they need. */
export function insidePackage(name: string): InsidePackage | undefined {
  const bundle = bundleOf(name)
  const file = bundle?.specifiers[name]
  return bundle && file ? { version: bundle.version, specifier: importName(bundle, file) } : undefined
}

/** All of a package inside, or undefined. */
export function bundleOf(name: string): InsideBundle | undefined {
  return bundles().find((candidate) => candidate.name === name)
}

/** The text of one of its files. */
export function textOf(bundle: InsideBundle, file: string): string {
  return unpack(bundle)[file]!
}

/** The name under which the module inside is imported that `specifier` means, or undefined when there is none. */
export function insideModule(specifier: string): string | undefined {
  return specifiers().get(specifier)
}

/** The names under which all files inside are imported, and what gives their text. */
export function insideFiles(): [name: string, text: () => string][] {
  return bundles().flatMap((bundle) => {
    const texts = once(() => unpack(bundle))
    return bundle.files.map((file): [string, () => string] => [
      importName(bundle, file),
      () => texts()[file]!,
    ])
  })
}

const bundles = once((): InsideBundle[] => {
  try {
    return (JSON.parse(readFileSync(moduleNames().packageIndex, "utf8")) as InsideIndex).bundles
  } catch {
    return []
  }
})

/** The first bundle that has it counts: the build puts what an organisation asked for in front. */
const specifiers = once(() => {
  const found = new Map<string, string>()
  for (const bundle of bundles().toReversed())
    for (const [specifier, file] of Object.entries(bundle.specifiers))
      found.set(specifier, importName(bundle, file))
  return found
})

function unpack(bundle: InsideBundle): Record<string, string> {
  return JSON.parse(brotliDecompressSync(readFileSync(moduleNames().packageBundle(bundle))).toString()).texts
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
