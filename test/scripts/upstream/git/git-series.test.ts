import { afterAll, describe, expect, test } from "bun:test"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { defaultCache } from "../../../../scripts/lib/npm/cache.ts"
import type { NamedPatch } from "../../../../scripts/patching/apply.ts"
import { type Edit, inForm, names } from "../../../../scripts/patching/patch.ts"
import { readSeries } from "../../../../scripts/patching/read-series.ts"
import { parseUnit, type Unit } from "../../../../scripts/patching/unit.ts"
import { readForm } from "../../../../scripts/upstream/git/read-form.ts"
import { applyToGitTree, readGitTree } from "../../../../scripts/upstream/git/typescript-tree.ts"
import { copyUpstream } from "../../../lib/stand-in-upstream.ts"
import { VARIANTS } from "../../../lib/variants.ts"

const roots: string[] = []
const vintages = await Promise.all([readVintage("namespaces"), readVintage("effect")])
afterAll(() => Promise.all(roots.map((root) => rm(root, { recursive: true, force: true }))))

/** One of the two stand-ins, and the series in the form that is for its code. */
async function readVintage(vintage: "namespaces" | "effect") {
  const root = await mkdtemp(join(tmpdir(), `git-series-${vintage}-`))
  roots.push(root)
  await copyUpstream(root, vintage)
  const form = await readForm(root)
  const series = (await readSeries())
    .map((patch) => inForm(patch, form))
    .filter(({ edits }) => edits.length > 0)
  const { units } = await readGitTree(root, series, { cache: defaultCache() })
  const files = units
    .map((unit) => ({ ...unit, text: unit.text.replace(/^#!.*\n/, "") }))
    .filter((unit) => series.some(({ edits }) => edits.some((edit) => concerns(edit, unit))))
  return { vintage, form, series, files }
}

function concerns(edit: Edit, unit: Unit): boolean {
  return names(edit, unit) && unit.text.includes(edit.anchor ?? "")
}

function apply(units: Unit[], patches: NamedPatch[]) {
  const { changes, refused } = applyToGitTree({ name: "git", units }, patches)
  if (refused.length > 0) throw refused[0]!.why
  return changes
}

function places(changes: ReturnType<typeof apply>) {
  return changes.map(({ applied }) => [applied.name, applied.counts.git])
}

test("each stand-in is of its form", () => {
  expect(vintages.map(({ form }) => form)).toEqual(["source", "effect"])
})

test("each required patch has a form for both", async () => {
  const [source, effect] = vintages
  const required = source!.series.filter(({ level, range }) => level === "required" && range === "*")
  expect(required.length).toBeGreaterThan(10)
  const named = effect!.series.map(({ name }) => name)
  expect(required.map(({ name }) => name).filter((name) => !named.includes(name))).toEqual([])
})

for (const { vintage, series, files } of vintages) {
  describe(`the series on the git source, ${vintage},`, () => {
    const expected = places(apply(files, series))

    for (const [variant, change] of Object.entries(VARIANTS)) {
      test(`finds the same places in code ${variant}`, () => {
        const units = files.map((unit) => (unit.published ? unit : { ...unit, text: change(unit.text) }))
        // The newest 1.x has no namespaces where the series has places.
        if (variant !== "without namespaces" || vintage === "namespaces") expect(units).not.toEqual(files)
        expect(places(apply(units, series))).toEqual(expected)
      })
    }

    test("begins no statement with a parenthesis that calls what stands before it", () => {
      const calls = apply(files, series)
        .flatMap(({ changed }) => changed)
        .flatMap((unit) => parseUnit(unit).findAll({ rule: { kind: "call_expression" } }))
      expect(calls.length).toBeGreaterThan(100)
      const apart = calls.filter((call) => {
        const called = call.field("function")?.range().end.line
        return called !== (call.field("type_arguments") ?? call.field("arguments"))?.range().start.line
      })
      expect(apart.map((call) => call.text())).toEqual([])
    })

    for (const patch of series) {
      const named = files.filter((unit) => patch.edits.some((edit) => concerns(edit, unit)))
      const refusal = `The patch ${patch.name} does not apply`

      test(`refuses ${patch.name} when any of its files is gone, or holds its place twice`, () => {
        expect(named).not.toEqual([])
        for (const { file } of named) {
          const without = files.filter((unit) => unit.file !== file)
          expect(() => apply(without, [patch]), `${file} gone`).toThrow(refusal)
          const twice = files.map((unit) =>
            unit.file === file ? { ...unit, text: `${unit.text}\n${unit.text}` } : unit,
          )
          expect(() => apply(twice, [patch]), `${file} twice`).toThrow(refusal)
        }
      })
    }
  })
}

test("code of another package comes by ours as by a file", () => {
  const effect = vintages[1]!
  const changed = apply(effect.files, effect.series).flatMap((change) => change.changed)
  const first = (file: string) =>
    changed.find((unit) => unit.file === file)!.text.match(/^import .* Offline .*$/m)?.[0]
  expect(first("src/plugin/loader.ts") ?? "").toBe('import { Offline } from "@/offline"')
  expect(first("../core/src/npm.ts")).toBe('import { Offline } from "../../opencode/src/offline"')
  expect(first("../tui/src/routes/session/index.tsx")).toBe(
    'import { Offline } from "../../../../opencode/src/offline"',
  )
})
