import { describe, expect, test } from "bun:test"
import type { EmbeddedModule } from "../../../../scripts/container/index.ts"
import { readWebUi } from "../../../../scripts/contents/web-ui/read-assets.ts"
import { Failure } from "../../../../scripts/lib/errors.ts"

const page = ["/$bunfs/root/index-1a2b.html", "<p>page</p>"] as const
const script = ["/$bunfs/root/app-3c4d.js", "run()"] as const

describe("reading the web UI of an executable", () => {
  test("gives every file that the index exports, by URL path and in order", () => {
    const index = `// @bun
      import"/$bunfs/root/chunk.js";var a="${page[0]}";var b='${script[0]}';var text="// index.html: {b:a}";
      var all={"index.html":a,plain:b,"assets/app.js":b};export{all as default};`
    const files = readWebUi(graph(index, page, script))
    expect(files.map((file) => [file.path, new TextDecoder().decode(file.content)])).toEqual([
      ["/assets/app.js", "run()"],
      ["/index.html", "<p>page</p>"],
      ["/plain", "run()"],
    ])
  })

  test("takes names that stand in the object itself", () => {
    const files = readWebUi(graph(`var all={"index.html":"${page[0]}"};export{all as default}`, page))
    expect(files.map((file) => file.path)).toEqual(["/index.html"])
  })

  test("leaves out the header rules of upstream's host", () => {
    const index = `var a="${page[0]}";var all={_headers:a,"index.html":a};export{all as default}`
    expect(readWebUi(graph(index, page)).map((file) => file.path)).toEqual(["/index.html"])
  })

  for (const [what, index, why] of [
    ["no default export", `var all={};export{all as other}`, "no object as its default export"],
    [
      "a call as its default export",
      `var all=make();export{all as default}`,
      "no object as its default export",
    ],
    ["a spread entry", `var all={...more};export{all as default}`, "an entry of another form: ...more"],
    ["a computed value", `var all={"index.html":a+b};export{all as default}`, "an entry of another form"],
    [
      "an escape in a name",
      `var all={"a\\u0062":"${page[0]}"};export{all as default}`,
      "a name with an escape",
    ],
    [
      "a file that is not there",
      `var all={"index.html":"/$bunfs/root/x"};export{all as default}`,
      "not embedded",
    ],
    ["no page", `var all={"app.js":"${script[0]}"};export{all as default}`, "it has no index.html"],
  ] as const) {
    test(`refuses an index with ${what}`, () => {
      expect(() => readWebUi(graph(index, page, script))).toThrow(why)
      expect(() => readWebUi(graph(index, page, script))).toThrow(Failure)
    })
  }

  test("refuses an executable without a web UI", () => {
    expect(() => readWebUi({ modules: [] })).toThrow("it has no module opencode-web-ui.gen.js")
  })
})

function graph(index: string, ...files: (readonly [name: string, text: string])[]) {
  return {
    modules: [["/$bunfs/root/opencode-web-ui.gen.js", index] as const, ...files].map(
      ([name, text]) => ({ name, contents: new TextEncoder().encode(text) }) as EmbeddedModule,
    ),
  }
}
