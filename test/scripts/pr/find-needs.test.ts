import { describe, expect, test } from "bun:test"
import { definePatch, replace } from "../../../patches/lib.ts"
import type { NamedPatch, Tree } from "../../../scripts/patching/apply.ts"
import type { Patch } from "../../../scripts/patching/patch.ts"
import { findNeeds, findPatch } from "../../../scripts/pr/find-needs.ts"

const tree: Tree = { name: "git", units: [{ file: "src/a.ts", text: "one()\n" }] }

/** A patch that turns a call of `from` into one of `to`. */
function patch(name: string, from: string, to: string, kind: Patch["kind"] = "upstreamable"): NamedPatch {
  return {
    name,
    ...definePatch({
      ...{ subject: `fix: ${name}`, why: "", whyPatch: "", kind, upstream: [], removeWhen: "" },
      ...{ range: "*", level: "required" as const },
      edits: [
        {
          file: "src/a.ts",
          what: `the call of ${from}`,
          find: { rule: { pattern: `${from}()` } },
          places: { git: 1 },
          change: (place) => [replace(place, `${to}()`)],
        },
      ],
    }),
  }
}

const names = (series: NamedPatch[], name: string) =>
  findNeeds(tree, series, findPatch(series, name)).map((one) => one.name)

describe("what a patch needs", () => {
  test("is nothing when it applies alone", () => {
    expect(names([patch("x", "one", "uno"), patch("a", "one", "two")], "a")).toEqual([])
  })

  test("is the patches without which it does not apply, in their order, and no other", () => {
    const series = [
      patch("a", "one", "two"),
      patch("b", "two", "two(); three"),
      patch("unrelated", "two", "two(); four"),
      patch("c", "three", "five"),
    ]
    expect(names(series, "c")).toEqual(["a", "b"])
  })

  test("may be a patch of the build, but none that is only for offline builds", () => {
    const build = [patch("a", "one", "two", "build"), patch("b", "two", "three")]
    expect(names(build, "b")).toEqual(["a"])
    const offline = [patch("a", "one", "two", "offline-only"), patch("b", "two", "three")]
    expect(() => names(offline, "b")).toThrow("it needs a patch whose kind is offline-only")
  })

  test("is what it declares too, and what that declares, wherever it stands in the series", () => {
    const series = [
      { ...patch("a", "one", "two"), needs: ["b"] },
      { ...patch("b", "two", "three"), needs: ["c"] },
      patch("c", "other", "three", "build"),
    ]
    expect(names(series, "a")).toEqual(["b", "c"])
    const offline = [
      { ...patch("a", "one", "two"), needs: ["b"] },
      patch("b", "two", "three", "offline-only"),
    ]
    expect(() => names(offline, "a")).toThrow("it needs a patch whose kind is offline-only")
  })

  test("is not looked for when the patch is not for upstream, not there, or does not apply at all", () => {
    const series = [patch("a", "one", "two", "offline-only"), patch("b", "other", "two")]
    expect(() => names(series, "a")).toThrow("The patch a is not for upstream")
    expect(() => names(series, "b")).toThrow("it states 1 place and found 0")
    expect(() => names(series, "c")).toThrow('There is no patch named "c"')
  })
})
