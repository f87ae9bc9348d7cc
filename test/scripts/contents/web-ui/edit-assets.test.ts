import { describe, expect, test } from "bun:test"
import { authenticateManifest } from "../../../../offline/build/manifest.ts"
import { editScripts, type LiteralEdit } from "../../../../scripts/contents/web-ui/edit-assets.ts"

const far = "https://far.example/news.json"
const edit: LiteralEdit = { find: far, replace: 'data:"quoted"', why: "for the test", count: 2 }

describe("editing the scripts of the web UI", () => {
  test("replaces whole string literals, in any quotes, and nothing else", () => {
    const edited = apply({
      "/a.js": `const a="${far}",b='${far}',c="see ${far}",d=\`${far}\`;// "${far}"\n/"${far.replaceAll("/", "\\/")}"/`,
      "/b.css": `url("${far}")`,
    })
    expect(edited["/a.js"]).toBe(
      `const a="data:\\"quoted\\"",b="data:\\"quoted\\"",c="see ${far}",d=\`${far}\`;// "${far}"\n/"${far.replaceAll("/", "\\/")}"/`,
    )
    expect(edited["/b.css"]).toBe(`url("${far}")`)
  })

  test("keeps text outside ASCII around an edit", () => {
    expect(apply({ "/a.js": `x="${far}";y="é—🎈";z="${far}"` })["/a.js"]).toContain(`y="é—🎈"`)
  })

  test("fails when there are fewer or more places than stated", () => {
    expect(() => apply({ "/a.js": `x="${far}"` })).toThrow("1 times, not 2")
    expect(() => apply({ "/a.js": `x="${far}"`, "/b.js": `[ "${far}", "${far}" ]` })).toThrow(
      "3 times, not 2",
    )
  })
})

test("the manifest is asked for with the credentials that the page was", () => {
  const html =
    '<!doctype html><link rel="icon" href="/i.png"><link rel="manifest" href="/site.webmanifest" />'
  expect(authenticateManifest(html)).toBe(
    '<!doctype html><link rel="icon" href="/i.png"><link rel="manifest" href="/site.webmanifest" crossorigin="use-credentials" />',
  )
})

function apply(scripts: Record<string, string>): Record<string, string> {
  const files = Object.entries(scripts).map(([path, text]) => ({
    path,
    content: new TextEncoder().encode(text),
  }))
  const edited = editScripts(files, [edit])
  return Object.fromEntries(edited.map((file) => [file.path, new TextDecoder().decode(file.content)]))
}
