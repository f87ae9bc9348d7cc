import { expect, test } from "bun:test"
import { hasBackgroundServer } from "../../../scripts/upstream/background-server.ts"
import { findCatalogues } from "../../../scripts/upstream/catalogue.ts"

type Graph = Parameters<typeof findCatalogues>[0]

/** A graph of modules that are code. */
function graph(...texts: [name: string, text: string][]): Graph {
  const modules = texts.map(([name, text]) => ({ name, contents: Buffer.from(text), loader: 1, encoding: 1 }))
  return { modules: modules as unknown as Graph["modules"] }
}

const CATALOGUE = 'x=()=>({own:{id:"own",env:["KEY"],name:"Ö",models:{"a/b":{id:"a/b",open:!0}}}})'

test("the catalogue of minified code is found wherever it stands", () => {
  const found = findCatalogues(graph(["/a.js", "let y={id:1}"], ["/b.js", `var z=1,${CATALOGUE}`]))
  expect(found.map((text) => JSON.parse(text))).toEqual([
    { own: { id: "own", env: ["KEY"], name: "Ö", models: { "a/b": { id: "a/b", open: true } } } },
  ])
})

test("a list of providers without models is none", () => {
  expect(findCatalogues(graph(["/a.js", 'x={own:{id:"own",env:["KEY"]}}']))).toEqual([])
})

const minified: [string, string] = ["/$bunfs/root/opencode-web-ui.gen.js", ""]

test("a release has a server in the background when it registers one, or its form is not known", () => {
  expect(hasBackgroundServer(graph(minified, ["/a.js", 'spawn(["serve"])']))).toBe(false)
  expect(hasBackgroundServer(graph(minified, ["/a.js", 'spawn(["serve","--register"])']))).toBe(true)
  expect(hasBackgroundServer(graph(["/a.js", 'spawn(["serve"])']))).toBe(true)
})
