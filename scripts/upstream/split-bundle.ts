import { Failure } from "../lib/errors.ts"
import type { Unit } from "../patching/unit.ts"
import { PRAGMA } from "./module-text.ts"

/** A comment of Bun's bundler at the start of a line: what follows comes from that source file. */
const MARKER = /^\/\/ (\S+\.[a-z]+)$/gm

/**
 * Cuts a bundle that is not minified into units, one for each run of lines that a marker announces, so that a patch
 * parses only the files that it names. One source file may have several units. Joining the units gives the bundle back.
 * @param text the bundle, as in the release executables up to 1.3.x
 * @throws Failure when it is not such a bundle
 */
export function splitBundle(name: string, text: string): Unit[] {
  if (!text.startsWith(PRAGMA)) throw unknownBundle(name, `it does not start with ${JSON.stringify(PRAGMA)}`)
  const markers = [...text.matchAll(MARKER)].filter((marker) => /^(src|\.\.)\//.test(marker[1]!))
  if (markers.length === 0)
    throw unknownBundle(name, "it has no comment that names a source file: it may be minified")
  const units: Unit[] = [{ file: "", text: text.slice(0, markers[0]!.index) }]
  markers.forEach((marker, i) => {
    units.push({ file: marker[1]!, text: text.slice(marker.index, markers[i + 1]?.index) })
  })
  return units
}

/**
 * The bundle's text in order, with a statement behind the pragma, so that it is evaluated ahead of all other code. In
 * pieces, because a bundle is large and is only ever written.
 */
export function joinBundle(units: Unit[], statement: string): string[] {
  const [first = "", ...rest] = units.map((unit) => unit.text)
  return [PRAGMA, `${statement}\n`, first.slice(PRAGMA.length), ...rest]
}

function unknownBundle(name: string, why: string): Failure {
  return new Failure({
    what: `The module ${name} is not a bundle that patches can be applied to`,
    why,
    next: "pin a release up to 1.3.x, or build with --source git",
  })
}
