import { describe, expect, test } from "bun:test"
import { Failure } from "../../../scripts/lib/errors.ts"
import { applySeries, type NamedPatch, splice, type Tree } from "../../../scripts/patching/apply.ts"
import { atStart, replace } from "../../../scripts/patching/edits.ts"
import type { Edit } from "../../../scripts/patching/patch.ts"
import { functionNamed, hasFirstArgument } from "../../../scripts/patching/rules.ts"

const FILE = "src/area/thing.ts"

function tree(text: string, file = FILE): Tree {
  return { name: "main", units: [{ file, text }] }
}

function patch(edit: Partial<Edit>, name = "area-do-thing"): NamedPatch {
  return {
    name,
    subject: "fix(area): do the thing",
    why: "",
    whyPatch: "",
    kind: "upstreamable",
    upstream: [],
    removeWhen: "",
    range: "*",
    level: "required",
    edits: [
      {
        file: FILE,
        what: "the function send",
        find: functionNamed("send"),
        places: { main: 1 },
        change: (place, offline) => [atStart(place, `if (${offline}.active()) return;`)],
        ...edit,
      },
    ],
  }
}

function patched(text: string, edit: Partial<Edit> = {}): string {
  const { trees, refused } = applySeries([tree(text)], [patch(edit)], "off")
  if (refused.length > 0) throw refused[0]!.why
  return trees[0]!.units[0]!.text
}

describe("applying a series", () => {
  test("changes the place and nothing else", () => {
    expect(patched("let a = 1;\nfunction send(x) {\n  go(x);\n}\n")).toBe(
      "let a = 1;\nfunction send(x) {\n  if (off.active()) return;\n  go(x);\n}\n",
    )
  })

  test("finds the place in TypeScript and under the name that a bundler gives it", () => {
    for (const source of [
      "export async function send(x: string) {\n  go(x)\n}",
      "async function send12(x) { go(x); }",
    ]) {
      expect(patched(source)).toMatch(/if \(off\.active\(\)\) return;\s+go/)
    }
  })

  test("counts positions rightly behind characters of two and four bytes", () => {
    expect(patched('const a = "\u00e9\u65e5\u{1d4b3}";\nfunction send() { b(); }')).toEndWith(
      "function send() { if (off.active()) return; b(); }",
    )
  })

  test("leaves text inside strings and comments alone", () => {
    const text = 'const a = "function send(x) { go(x) }";\n// function send(x) { go(x) }\n'
    expect(() => patched(text)).toThrow("found 0")
  })

  test("fails with patch, file, tree, what it looked for and both counts when it finds too many", () => {
    const failure = attempt("function send() { a(); }\nfunction send2() { b(); }")
    expect(failure.report.what).toContain("area-do-thing")
    expect(failure.report.what).toContain(FILE)
    expect(failure.report.what).toContain("the main tree")
    expect(failure.report.what).toContain("the function send")
    expect(failure.report.why).toBe("it states 1 place and found 2")
  })

  test("fails when the place is gone", () => {
    expect(attempt("function receive() { a(); }").report.why).toBe("it states 1 place and found 0")
  })

  test("fails when the place is in another file", () => {
    const { refused } = applySeries([tree("function send() { a(); }", "src/other.ts")], [patch({})], "off")
    expect(refused.map(({ why }) => why.report.why)).toEqual(["it states 1 place and found 0"])
  })

  test("fails when a patch leaves text that does not parse", () => {
    expect(() =>
      patched("function send() { a(); }", { change: (place) => [replace(place, "function {")] }),
    ).toThrow("does not parse")
  })

  test("fails when upstream's text does not parse, instead of searching half of it", () => {
    expect(() => patched("function send() { a(); }\nlet = = 3;")).toThrow("does not parse")
  })

  test("applies the patches in order, each to what the one before left", () => {
    const rename = patch(
      { change: (place) => [replace(place, "function sent() { b(); }")] },
      "area-rename-send",
    )
    const second = patch({ find: functionNamed("sent"), what: "the function sent" }, "area-guard-sent")
    const { trees, applied } = applySeries([tree("function send() { a(); }")], [rename, second], "off")
    expect(trees[0]!.units[0]!.text).toBe("function sent() { if (off.active()) return; b(); }")
    expect(applied.map(({ name, counts }) => [name, counts.main])).toEqual([
      ["area-rename-send", 1],
      ["area-guard-sent", 1],
    ])
  })

  test("gives each patch a diff of its own change only", () => {
    const { applied } = applySeries([tree("a();\nfunction send() {\n  b();\n}\n")], [patch({})], "off")
    expect(applied[0]!.diff).toContain("--- a/main/src/area/thing.ts")
    expect(applied[0]!.diff.split("\n").filter((line) => /^[+-][^+-]/.test(line))).toEqual([
      "+  if (off.active()) return;",
    ])
  })

  test("stops at edits that overlap, also where one lies in another or both replace the same", () => {
    const edit = (start: number, end: number) => ({ start, end, text: "x" })
    for (const edits of [
      [edit(0, 3), edit(2, 4)],
      [edit(2, 4), edit(0, 3)],
      [edit(0, 6), edit(2, 4)],
      [edit(1, 3), edit(1, 3)],
      [edit(0, 3), edit(2, 2)],
    ])
      expect(() => splice("abcdef", edits)).toThrow("overlap")
    const twice: Partial<Edit> = { change: (place) => [replace(place, "a"), replace(place, "b")] }
    expect(() => patched("function send() {}", twice)).toThrow("overlap")
  })

  test("makes edits that only touch, an insertion ahead of what is replaced there", () => {
    const insertion = { start: 3, end: 3, text: "+" }
    const replacement = { start: 3, end: 4, text: "D" }
    const ahead = { start: 1, end: 3, text: "-" }
    expect(splice("abcdef", [insertion, replacement, ahead])).toBe("a-+Def")
    expect(() => splice("abcdef", [replacement, insertion])).toThrow("overlap")
  })

  test("does not change the trees that it was given", () => {
    const original = tree("function send() { a(); }")
    applySeries([original], [patch({})], "off")
    expect(original.units[0]!.text).toBe("function send() { a(); }")
  })

  test("finds a call by method and first argument, however it is written", () => {
    const find = hasFirstArgument("all", "/*")
    const change: Edit["change"] = (place) => [replace(place, "found")]
    expect(patched('app\n  .all(\n    "/*",\n    handler)\n', { find, change })).toBe("found\n")
    expect(() => patched('app.all("/x", "/*")', { find, change })).toThrow("found 0")
    expect(() => patched('app.any("/*", handler)', { find, change })).toThrow("found 0")
  })
})

function attempt(text: string): Failure {
  try {
    patched(text)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error("it did not fail")
}
