import { Lang, parse, type SgNode } from "@ast-grep/napi"
import { Failure } from "../lib/errors.ts"

/** A piece of source text that parses by itself: a file of the git source, a run of a release bundle. */
export interface Unit {
  /** `src/provider/models.ts`; empty for text that belongs to no file. */
  file: string
  text: string
  /** Of a dependency's file on the git source: what the registry has of it. */
  published?: Published
}

/** A file as it lies in a package of the registry. */
export interface Published {
  /** `NAME@VERSION`. */
  package: string
  /** In the package. */
  path: string
  text: string
}

/** @throws Failure when the text is not whole: a patch must never search half a tree. */
export function parseUnit(unit: Unit): SgNode {
  const [first, ...others] = grammarsOf(unit)
  const root = parse(first, unit.text).root()
  const error = root.find({ rule: { kind: "ERROR" } })
  if (!error) return root
  for (const other of others) {
    const again = parse(other, unit.text).root()
    if (!again.has({ rule: { kind: "ERROR" } })) return again
  }
  throw doesNotParse(unit, { line: error.range().start.line + 1, why: error.text().slice(0, 80) })
}

/** The error for a unit whose text is not whole. */
export function doesNotParse({ file }: Unit, { line, why }: { line: number; why: string }): Failure {
  return new Failure({
    what: `${file} does not parse`,
    why: `at line ${line} of its text: ${why}`,
    next: "if it is upstream's text, the cut into units is wrong for this version; if a patch changed it, mend the patch",
  })
}

/** Rules are written for TypeScript's, which does not know a variable that is named `as`, as a minifier may name one. */
function grammarsOf({ file }: Unit): [Lang, ...Lang[]] {
  if (file.endsWith(".js")) return [Lang.TypeScript, Lang.JavaScript]
  return [file.endsWith("x") ? Lang.Tsx : Lang.TypeScript]
}
