import type { SgNode } from "@ast-grep/napi"
import { Failure } from "../lib/errors.ts"
import { type AppliedPatch, doesNotApply, type NamedPatch, type Outcome, splice, type Tree } from "./apply.ts"
import { diffMinified } from "./diff-unit.ts"
import { type Excerpt, excerptOf, requireObjects } from "./excerpt.ts"
import { type ChunkEdit, expectedInChunks, type TextEdit } from "./patch.ts"
import { syntaxError } from "./syntax.ts"
import { doesNotParse, parseUnit, type Unit } from "./unit.ts"

/** What an edit changes, by the unit's place in the tree. */
type Changes = Map<number, TextEdit[]>

/** An edit of a patch, how many places it found, and what becomes of them. */
interface Found {
  patch: NamedPatch
  edit: ChunkEdit
  places: number
  changes: Changes
  /** Why a place cannot be changed. */
  failure?: Failure
}

/**
 * Applies a series to minified code, in memory. A chunk has megabytes, so only its statements with an anchor are
 * parsed, once: all patches look at upstream's own text, and what they do to it is put together. Where several insert at one place, it is in their order.
 * @param tree a unit a chunk
 * @param offline the expression for the `Offline` object in the patched code
 * @param version upstream's
 * @throws what is no Failure, as when two patches change the same text: a defect of ours
 */
export function applyToChunks(tree: Tree, series: NamedPatch[], offline: string, version: string): Outcome {
  const found = findAll(tree, series, offline)
  const of = (patch: NamedPatch) => found.filter((one) => one.patch === patch)
  const refused = series.flatMap((patch) => {
    const why = refusal(of(patch), version)
    return why ? [{ patch, why }] : []
  })
  const fit = series.filter((patch) => !refused.some((one) => one.patch === patch))
  // Parsed together; one by one only to say which of them it is.
  if (breaks(tree, fit.flatMap(of))) {
    for (const patch of fit) {
      const why = breaks(tree, of(patch))
      if (why) refused.push({ patch, why })
    }
  }
  const kept = series.filter((patch) => !refused.some((one) => one.patch === patch))
  return {
    trees: [{ ...tree, units: change(tree.units, kept.flatMap(of)) }],
    applied: kept.map((patch) => describe(tree, patch, of(patch))),
    refused,
  }
}

function findAll(tree: Tree, series: NamedPatch[], offline: string): Found[] {
  const all = series.flatMap((patch) =>
    (patch.chunks ?? []).map((edit): Found => ({ patch, edit, places: 0, changes: new Map() })),
  )
  tree.units.forEach((unit, i) => {
    // Bytes are searched in a quarter of the time that text is. A character that is not Latin-1 may look like another one here,
    // so that a chunk is looked at which has no place; none is overlooked.
    const bytes = Buffer.from(unit.text, "latin1")
    const here = all.filter(({ edit }) => bytes.includes(edit.anchor, 0, "latin1"))
    if (here.length === 0) return
    const excerpt = excerptOf(
      unit.text,
      here.flatMap(({ edit }) => [edit.anchor, ...(edit.beside ?? [])]),
    )
    const root = parseUnit({ ...unit, text: excerpt.text })
    requireObjects(root, excerpt)
    for (const one of here) findIn(root, excerpt, i, one, offline)
  })
  return all
}

function findIn(root: SgNode, excerpt: Excerpt, unit: number, one: Found, offline: string): void {
  const places = root.findAll(one.edit.find)
  if (places.length === 0) return
  one.places += places.length
  try {
    one.changes.set(unit, places.flatMap((place) => one.edit.change(place, offline)).map(excerpt.inWhole))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    one.failure ??= error
  }
}

function refusal(own: Found[], version: string): Failure | undefined {
  for (const { patch, edit, places, failure } of own) {
    const expected = expectedInChunks(edit, version)
    if (places !== expected)
      return doesNotApply(patch, `in the chunks it looked for ${edit.what}`, { expected, found: places })
    if (failure) return failure
  }
}

/** A patch must not leave text that does not parse. */
function breaks(tree: Tree, own: Found[]): Failure | undefined {
  for (const unit of changedBy(tree, own)) {
    const error = syntaxError(unit.text)
    if (error) return doesNotParse(unit, error)
  }
}

function changedBy(tree: Tree, own: Found[]): Unit[] {
  return change(tree.units, own).filter((unit, i) => unit !== tree.units[i])
}

function change(units: Unit[], found: Found[]): Unit[] {
  return units.map((unit, i) => {
    const edits = found.flatMap(({ changes }) => changes.get(i) ?? [])
    return edits.length === 0 ? unit : { ...unit, text: splice(unit.text, edits) }
  })
}

function describe(tree: Tree, patch: NamedPatch, own: Found[]): AppliedPatch {
  const { name, subject, kind } = patch
  const counts = { [tree.name]: own.reduce((sum, { places }) => sum + places, 0) }
  const diffs = change(tree.units, own).flatMap((unit, i) => {
    const before = tree.units[i]!
    return unit === before
      ? []
      : [diffMinified(`${tree.name}/${unit.file.replace(/^.*\/root\//, "")}`, before.text, unit.text)]
  })
  return { name, subject, kind, counts, diff: diffs.join("") }
}
