import { describe, expect, test } from "bun:test"
import { type NamedPatch, requireApplied, type Tree } from "../../../scripts/patching/apply.ts"
import { applyToChunks } from "../../../scripts/patching/apply-to-chunks.ts"
import { atStart, before, inside, replace } from "../../../scripts/patching/edits.ts"
import type { ChunkEdit } from "../../../scripts/patching/patch.ts"
import { functionNamed } from "../../../scripts/patching/rules.ts"

const tree: Tree = {
  name: "chunks",
  units: [
    { file: "/$bunfs/root/chunk-a.js", text: '// @bun\nvar a="send";function send(q){go(q)}' },
    { file: "/$bunfs/root/chunk-b.js", text: "// @bun\nfunction send2(z){go(z)}function get(){}" },
    { file: "/$bunfs/root/chunk-c.js", text: "// @bun\nlet other=1" },
  ],
}

function patch(name: string, edit: Partial<ChunkEdit> = {}, more: Partial<NamedPatch> = {}): NamedPatch {
  const whole: ChunkEdit = {
    what: "the function that sends",
    anchor: "function send",
    find: functionNamed("send"),
    places: 2,
    change: (place, offline) => [atStart(place, `if(${offline}.active())return;`)],
    ...edit,
  }
  return {
    ...{ name, subject: "fix(area): do the thing", why: "", whyPatch: "", kind: "offline-only" },
    ...{ upstream: [], removeWhen: "", range: "*", level: "required", edits: [], chunks: [whole] },
    ...more,
  }
}

const apply = (series: NamedPatch[], version = "1.18.0") => applyToChunks(tree, series, "off", version)

describe("applying a series to minified chunks", () => {
  test("changes every place, in whichever chunk it is, and leaves the others as they are", () => {
    const { trees, applied, refused } = apply([patch("x")])
    const texts = trees[0]!.units.map(({ text }) => text)
    expect(texts[0]).toContain("function send(q){if(off.active())return; go(q)}")
    expect(texts[1]).toContain("function send2(z){if(off.active())return; go(z)}")
    expect(trees[0]!.units[2]).toBe(tree.units[2]!)
    expect(applied.map(({ counts }) => counts)).toEqual([{ chunks: 2 }])
    expect(refused).toEqual([])
  })

  test("states another number of places for some releases", () => {
    const places = { "<1.15": 1, ">=1.15": 2 }
    expect(apply([patch("x", { places })]).refused).toEqual([])
    const [refusal] = apply([patch("x", { places })], "1.14.2").refused
    expect(refusal!.why.report).toMatchObject({
      what: "The patch x does not apply: in the chunks it looked for the function that sends",
      why: "it states 1 place and found 2",
    })
  })

  test("has none in a release that no range has", () => {
    const { refused } = apply([patch("x", { places: { "<1.15": 2 } })])
    expect(refused[0]!.why.report.why).toBe("it states 0 places and found 2")
  })

  test("refuses some patches, and applies the others", () => {
    const { trees, applied, refused } = apply([
      patch("x", { places: 1 }),
      patch("y"),
      patch("z", { places: 3 }),
    ])
    expect(refused.map(({ patch }) => patch.name)).toEqual(["x", "z"])
    expect(applied.map(({ name }) => name)).toEqual(["y"])
    expect(trees[0]!.units[0]!.text.match(/active/g)).toHaveLength(1)
  })

  test("names all that are required in one failure, and gives back those that are optional", () => {
    const broken = { places: 7 }
    const { refused } = apply([
      patch("x", broken),
      patch("y", broken, { level: "optional" }),
      patch("z", broken),
    ])
    expect(() => requireApplied(refused, "1.18.0")).toThrow(/2 required patches.*patch x.*patch z/s)
    const optional = refused.filter(({ patch }) => patch.name === "y")
    expect(requireApplied(optional, "1.18.0")).toEqual(optional)
  })

  test("lets a change look at other statements of the chunk when it says by which words", () => {
    const edit = (beside?: string[]): Partial<ChunkEdit> => ({
      places: 1,
      anchor: "function get",
      find: functionNamed("get"),
      beside,
      change: (place) => [before(place, `${inside(place.getRoot().root(), "$F(1)").text()};`)],
    })
    const text = "// @bun\nlet a=b(1);let c=2;function get(){}"
    const units = [{ file: "/$bunfs/root/chunk-a.js", text }]
    const applyTo = (beside?: string[]) =>
      applyToChunks({ ...tree, units }, [patch("x", edit(beside))], "off", "1.18.0")
    expect(applyTo(["b(1)"]).trees[0]!.units[0]!.text).toBe(text.replace("function", "b(1);function"))
    expect(applyTo().refused[0]!.why.report.what).toBe("A patch did not find $F(1) in function get(){}")
  })

  test("inserts in the order of the series where several patches insert at one place", () => {
    const insert = (text: string): Partial<ChunkEdit> => ({
      places: 1,
      anchor: "let other",
      find: { rule: { kind: "lexical_declaration" } },
      change: (place) => [before(place, text)],
    })
    const { trees } = apply([patch("x", insert("one();")), patch("y", insert("two();"))])
    expect(trees[0]!.units[2]!.text).toBe("// @bun\none();two();let other=1")
  })

  test("refuses a patch that leaves text that does not parse, and no other", () => {
    const broken = patch("x", {
      places: 1,
      anchor: "let other",
      find: { rule: { kind: "lexical_declaration" } },
      change: (place) => [replace(place, "let = =")],
    })
    const { applied, refused } = apply([broken, patch("y")])
    expect(refused.map(({ patch, why }) => [patch.name, why.report.what])).toEqual([
      ["x", "/$bunfs/root/chunk-c.js does not parse"],
    ])
    expect(applied.map(({ name }) => name)).toEqual(["y"])
  })

  test("changes code in which the minifier named a variable with a word of TypeScript's", () => {
    const units = [{ file: "/$bunfs/root/chunk-a.js", text: "// @bun\nfunction send(q){let as=q;go(as)}" }]
    const { trees } = applyToChunks({ name: "chunks", units }, [patch("x", { places: 1 })], "off", "1.18.0")
    expect(trees[0]!.units[0]!.text).toContain("if(off.active())return; let as=q")
  })

  test("gives each patch a diff of its own change, a statement a line", () => {
    const { applied } = apply([patch("x"), patch("y")])
    const changed = applied[0]!.diff.split("\n").filter((line) => /^[+-][^+-]/.test(line))
    expect(changed).toEqual([
      ...["-go(q)}", "+if(off.active())return;", "+ go(q)}"],
      ...["-go(z)}", "+if(off.active())return;", "+ go(z)}"],
    ])
    expect(applied[0]!.diff).toContain("--- a/chunks/chunk-a.js")
  })
})
