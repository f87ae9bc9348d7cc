import { describe, expect, test } from "bun:test"
import { defaultCache } from "../../../../scripts/lib/npm/cache.ts"
import { readDependencies } from "../../../../scripts/patching/dependencies.ts"
import { names } from "../../../../scripts/patching/patch.ts"
import { readSeries } from "../../../../scripts/patching/read-series.ts"
import type { Unit } from "../../../../scripts/patching/unit.ts"
import { applyToGitTree } from "../../../../scripts/upstream/git/typescript-tree.ts"
import { FOLDER, SOURCES } from "../../../lib/stand-in-upstream.ts"
import { VARIANTS } from "../../../lib/variants.ts"

const series = (await readSeries()).filter(({ edits }) => edits.length > 0)
const edits = series.flatMap((patch) => patch.edits)
const own: Unit[] = Object.entries(SOURCES).map(([file, text]) => ({
  file,
  text: text.replace(/^#!.*\n/, ""),
}))
const dependencies = await readDependencies(FOLDER, series, { cache: defaultCache() })
const files = [...own, ...dependencies].filter((unit) => edits.some((edit) => concerns(edit, unit)))

function concerns(edit: (typeof edits)[number], unit: Unit): boolean {
  return names(edit, unit) && unit.text.includes(edit.anchor ?? "")
}

function apply(units: Unit[], patches = series) {
  const { changes, refused } = applyToGitTree({ name: "git", units }, patches)
  if (refused.length > 0) throw refused[0]!.why
  return changes
}

function places(changes: ReturnType<typeof apply>) {
  return changes.map(({ applied }) => [applied.name, applied.counts.git])
}

describe("the series on the git source", () => {
  const expected = places(apply(files))

  for (const [variant, change] of Object.entries(VARIANTS)) {
    test(`finds the same places in code ${variant}`, () => {
      const units = files.map((unit) => (unit.published ? unit : { ...unit, text: change(unit.text) }))
      expect(units).not.toEqual(files)
      expect(places(apply(units))).toEqual(expected)
    })
  }

  for (const patch of series) {
    const named = files.filter((unit) => patch.edits.some((edit) => concerns(edit, unit)))
    const refusal = `The patch ${patch.name} does not apply`

    test(`refuses ${patch.name} when any of its files is gone, or holds its place twice`, () => {
      expect(named).not.toEqual([])
      for (const { file } of named) {
        const without = files.filter((unit) => unit.file !== file)
        expect(() => apply(without, [patch]), `${file} gone`).toThrow(refusal)
        const twice = files.map((unit) =>
          unit.file === file ? { ...unit, text: unit.text + unit.text } : unit,
        )
        expect(() => apply(twice, [patch]), `${file} twice`).toThrow(refusal)
      }
    })
  }
})
