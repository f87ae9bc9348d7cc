import { describe, expect, test } from "bun:test"
import type { NamedPatch } from "../../../scripts/patching/apply.ts"
import { chooseSeries, requireForms } from "../../../scripts/patching/choose.ts"

function patch(name: string, more: Partial<NamedPatch>): NamedPatch {
  return {
    ...{ name, subject: "", why: "", whyPatch: "", kind: "offline-only", upstream: [], removeWhen: "" },
    ...{ range: "*", level: "required", edits: [] },
    ...more,
  }
}

const find = { rule: { kind: "identifier" } }
const change = () => []
const chunks = [{ what: "a place", anchor: "anchor", find, places: 1, change }]
const edits = [{ file: "src/a.ts", what: "a place", find, places: { main: 1 }, change }]

const names = (list: { name: string }[]) => list.map(({ name }) => name)

describe("of a series", () => {
  const series = [
    patch("old", { range: "<1.14", edits }),
    patch("both", { edits, chunks }),
    patch("readable", { edits }),
    patch("minified", { range: ">=1.14", chunks }),
  ]

  test("those are chosen that are for the release and have a form for its code; what it needs besides is named", () => {
    const minified = chooseSeries(series, { version: "1.18.0", form: "chunks" })
    expect([names(minified.chosen), names(minified.leftOut)]).toEqual([["both", "minified"], ["readable"]])
    const readable = chooseSeries(series, { version: "1.2.0", form: "bundles" })
    expect([names(readable.chosen), names(readable.leftOut)]).toEqual([["old", "both", "readable"], []])
  })

  test("one that is required and has no such form stops the build, and an optional one does not", () => {
    const { leftOut } = chooseSeries(series, { version: "1.18.0", form: "chunks" })
    expect(() => requireForms(series, leftOut, "1.18.0")).toThrow(/1\.18\.0 needs .*: readable/)
    const optional = series.map((one) => ({ ...one, level: "optional" as const }))
    expect(() => requireForms(optional, leftOut, "1.18.0")).not.toThrow()
  })
})
