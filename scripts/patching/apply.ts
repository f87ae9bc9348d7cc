import { Failure } from "../lib/errors.ts"
import { diffText } from "./diff-unit.ts"
import { type Edit, expectedPlaces, names, type Patch, type TextEdit, type TreeName } from "./patch.ts"
import { parseUnit, type Unit } from "./unit.ts"

export interface NamedPatch extends Patch {
  name: string
}

/** Upstream's code as one source gives it: a bundle of the release source, or the tree of the git source. */
export interface Tree {
  name: TreeName
  units: Unit[]
}

export interface AppliedPatch {
  name: string
  subject: string
  kind: Patch["kind"]
  /** How many places were changed in each tree. */
  counts: Record<string, number>
  /** A unified diff of all that the patch changed, one file header a unit. */
  diff: string
}

/** A patch that does not apply, and why. */
export interface Refusal {
  patch: NamedPatch
  why: Failure
}

/** What became of a series. */
export interface Outcome {
  trees: Tree[]
  applied: AppliedPatch[]
  refused: Refusal[]
}

/**
 * Applies a series, in order, in memory: each patch to what those before it that apply have left. One that does not apply
 * changes nothing and does not stop the others.
 * @param offline the expression for the `Offline` object in the patched code
 * @throws what is no Failure: a defect of ours
 */
export function applySeries(trees: Tree[], series: NamedPatch[], offline: string): Outcome {
  const outcome: Outcome = { trees, applied: [], refused: [] }
  for (const patch of series) {
    try {
      const { trees, applied } = applyPatch(outcome.trees, patch, offline)
      outcome.trees = trees
      outcome.applied.push(applied)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      outcome.refused.push({ patch, why: error })
    }
  }
  return outcome
}

/**
 * The optional patches of those that were refused.
 * @param upstream its version or commit, for the message
 * @throws Failure that names all that are required
 */
export function requireApplied(refused: Refusal[], upstream: string): Refusal[] {
  const missing = refused.filter(({ patch }) => patch.level === "required")
  if (missing.length === 0) return refused
  throw new Failure({
    what: `${missing.length === 1 ? "A required patch does" : `${missing.length} required patches do`} not apply to ${upstream}`,
    why: missing.map(({ why: { report } }) => `${report.what}: ${report.why}`).join("\n"),
    next: "compare upstream's code with the rules in patches/, and mend the rules or their counts; --core-only builds without patches",
  })
}

function applyPatch(
  trees: Tree[],
  patch: NamedPatch,
  offline: string,
): { trees: Tree[]; applied: AppliedPatch } {
  const counts: Record<string, number> = {}
  const diffs: string[] = []
  const patched = trees.map((tree) => {
    counts[tree.name] = 0
    let units = tree.units
    for (const edit of patch.edits) {
      const outcome = applyEdit(tree.name, units, patch, edit, offline)
      counts[tree.name]! += outcome.places
      units = outcome.units
    }
    diffs.push(...diffUnits(tree, units))
    return { ...tree, units }
  })
  const { name, subject, kind } = patch
  return { trees: patched, applied: { name, subject, kind, counts, diff: diffs.join("") } }
}

function applyEdit(tree: TreeName, units: Unit[], patch: NamedPatch, edit: Edit, offline: string) {
  const expected = expectedPlaces(edit, tree)
  // Each version of a dependency has as many.
  const found = new Map<string, number>()
  const changed = units.map((unit) => {
    if (!names(edit, unit)) return unit
    const places = unit.text.includes(edit.anchor ?? "") ? parseUnit(unit).findAll(edit.find) : []
    const of = unit.published?.package ?? ""
    found.set(of, (found.get(of) ?? 0) + places.length)
    const text = splice(
      unit.text,
      places.flatMap((place) => edit.change(place, offline)),
    )
    if (text === unit.text) return unit
    const after = { ...unit, text }
    parseUnit(after)
    return after
  })
  if (found.size === 0) found.set("", 0)
  for (const [of, count] of found) {
    if (count !== expected)
      throw anotherNumber(tree, patch, { ...edit, file: of || edit.file }, expected, count)
  }
  return { units: changed, places: [...found.values()].reduce((a, b) => a + b) }
}

/** The text with those edits made; they must not overlap. */
export function splice(text: string, edits: TextEdit[]): string {
  let result = ""
  let end = 0
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    if (edit.start < end) throw new Error(`two edits overlap at ${edit.start}: ${edit.text}`)
    result += text.slice(end, edit.start) + edit.text
    end = edit.end
  }
  return result + text.slice(end)
}

function diffUnits(before: Tree, units: Unit[]): string[] {
  return units.flatMap((unit, i) => {
    const old = before.units[i]!
    if (old === unit) return []
    return [diffText(`${before.name}/${unit.file.replace(/^(\.\.\/)+/, "")}`, old.text, unit.text)]
  })
}

function anotherNumber(
  tree: TreeName,
  patch: NamedPatch,
  edit: Edit,
  expected: number,
  found: number,
): Failure {
  return doesNotApply(patch, `in ${edit.file} of the ${tree} tree it looked for ${edit.what}`, {
    expected,
    found,
  })
}

/** The error for a patch that finds another number of places than it states. */
export function doesNotApply(
  patch: NamedPatch,
  where: string,
  { expected, found }: { expected: number; found: number },
): Failure {
  return new Failure({
    what: `The patch ${patch.name} does not apply: ${where}`,
    why: `it states ${expected} place${expected === 1 ? "" : "s"} and found ${found}`,
    next: `compare upstream's code with the rule in patches/${patch.name}.ts, and mend the rule or its count`,
  })
}
