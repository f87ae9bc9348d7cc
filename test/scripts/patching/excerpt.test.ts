import { describe, expect, test } from "bun:test"
import { Lang, parse, type SgNode } from "@ast-grep/napi"
import fc from "fast-check"
import { splice } from "../../../scripts/patching/apply.ts"
import { after, before, replace } from "../../../scripts/patching/edits.ts"
import { excerptOf, requireObjects } from "../../../scripts/patching/excerpt.ts"

const treeOf = (text: string): SgNode => parse(Lang.TypeScript, text).root()

/** Statements that a cut could go wrong in. */
const STATEMENTS = [
  'import{a as b}from"x";',
  "var a=1,b=/[/;]/;",
  "function f(q){if(q)return;go(q);}",
  "x=`a;$" + "{{b:`;$" + "{1};`}}`;",
  'y="//;";',
  "z=1;//c;\n",
  "/*;*/w=2;",
  "if(a)b;else c;",
  "do a;while(b);",
  "for(;;){break;}",
  "class A{x=1;static{y;}}",
  "v=function(){}/2;",
  "u=a/b/c;",
  "if(a)/;/.test(b);",
  "label:t=1;",
  "export{a as c};",
]

describe("an excerpt of minified code", () => {
  test("has the statements with the words, whole, and nothing else", () => {
    const { text } = excerptOf("// @bun\nvar a=1;function f(){one;}function g(){two;}var b=2;c();", ["one"])
    expect(text).toBe("function f(){one;}function g(){two;}var b=2;")
  })

  test("gives an edit its place in the whole text", () => {
    const whole = "a();b(one);c();d(two);e();"
    const excerpt = excerptOf(whole, ["one", "two"])
    const [first, second] = treeOf(excerpt.text).findAll("$F($A)")
    const edits = [before(first!, "<"), after(first!, ">"), replace(second!, "f()")].map(excerpt.inWhole)
    expect(splice(whole, edits)).toBe("a();<b(one)>;c();f();e();")
  })

  test("has statements that parse to the trees that they have in the whole text", () => {
    const statements = fc.array(fc.constantFrom(...STATEMENTS), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(statements, statements, (ahead, behind) => {
        const whole = `${ahead.join("")}mark(1);${behind.join("")}`
        const excerpt = excerptOf(whole, ["mark"])
        const inWhole = treeOf(excerpt.text)
          .children()
          .map((node) => excerpt.inWhole(replace(node, "")))
        const all = treeOf(whole)
          .children()
          .map((node) => replace(node, ""))
        expect(all).toEqual(expect.arrayContaining(inWhole))
        expect(inWhole.some(({ start, end }) => whole.slice(start, end) === "mark(1);")).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ["a string", 'var s="x;one;y";z();', "one"],
    ["a template", "var s=`x;$" + "{1};one;`;z();", "one"],
    ["a regular expression behind a bracket", "if(a)/[;]one;'/.test(b);z();", "one"],
    ["a comment", "a();//b;one;\nc();", "one"],
  ])("is no part of %s", (_, whole, word) => {
    const excerpt = excerptOf(whole, [word])
    const spans = treeOf(excerpt.text)
      .children()
      .map((node) => excerpt.inWhole(replace(node, "")))
    expect(
      treeOf(whole)
        .children()
        .map((node) => replace(node, "")),
    ).toEqual(expect.arrayContaining(spans))
  })

  test("is the whole text where a semicolon ends a comment, and where the guess is wrong", () => {
    // The quote seems to begin a text that ends in the comment. Each part parses by itself.
    const comment = `if(a)/"/.test(b);//";one;\nc();`
    expect(excerptOf(comment, ["one"]).text).toBe(comment)
    const quote = "if(a)/'/.test(b);one();c('');"
    expect(excerptOf(quote, ["one"]).text).toBe(quote)
  })
})

describe("a large literal of data", () => {
  const entry = (name: string) => `"${name}":{id:"${name}",on:!0,list:[1,-.5,'"',\`x\`],none:void 0}`
  const entries = Array.from({ length: 3000 }, (_, i) => entry(`n${i}`))
  const whole = `a();var data={${entries.join(",")}};b();`

  test("has the entries with the words only", () => {
    const excerpt = excerptOf(whole, ['id:"n7"', 'id:"n9"'])
    expect(excerpt.text.replaceAll("\f", "")).toBe(`var data={${entry("n7")},${entry("n9")},};`)
    const root = treeOf(excerpt.text)
    requireObjects(root, excerpt)
    const [object] = root.findAll({ rule: { kind: "object", inside: { kind: "variable_declarator" } } })
    expect(splice(whole, [excerpt.inWhole(replace(object!, "0"))])).toBe("a();var data=0;b();")
    expect(() => excerpt.inWhole(replace(object!, object!.text()))).toThrow("copies data")
  })

  test("stays as it is when one value in it is no data", () => {
    const other = whole.replace('"n2999",on:!0', '"n2999",on:f()')
    expect(excerptOf(other, ['id:"n7"']).text).toBe(other.slice(4, -4))
  })

  test("is refused where it is text", () => {
    const excerpt = excerptOf(whole.replace("{", "`{").replace("};b", "}`;b").replaceAll("`x`", "1"), [
      'id:"n7"',
    ])
    expect(excerpt.shortened).toHaveLength(1)
    expect(() => requireObjects(treeOf(excerpt.text), excerpt)).toThrow("no object begins")
  })
})
