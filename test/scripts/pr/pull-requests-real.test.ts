import { describe, expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { Lang, parse } from "@ast-grep/napi"
import { readModuleGraph } from "../../../scripts/container/index.ts"
import type { FileEdit } from "../../../scripts/pr/pull-request.ts"
import { readPullRequests } from "../../../scripts/pr/read-pull-requests.ts"
import { readableBundles } from "../../../scripts/upstream/readable-bundles.ts"
import { gitPin, pinWith, stockExecutable, target } from "../../lib/stock.ts"

// The finders of pull requests on upstream's real code, as far as executables have it: bundlers leave the form of statements,
// and of minified code the strings. What is found by a declaration's name or a type is seen on the stand-ins alone.

const PACKAGE = "packages/opencode/"

/** What bundlers write in another way: namespaces, imports, the order of a file. */
const BUNDLED = /^the (file's imports|start of the file|declaration of the flag)/

const requests = await readPullRequests()
const edits = (vintage: "namespaces" | "effect") =>
  requests.flatMap(({ name, forms }) =>
    (forms[vintage] ?? []).flatMap(({ edits }) =>
      edits
        .filter(({ what }) => !BUNDLED.test(what))
        .map((edit): [string, string, FileEdit] => [name, edit.what, edit]),
    ),
  )

describe("in the bundle of the newest release that can be read,", () => {
  const bundles = readBundles()
  test.each(edits("namespaces"))("%s finds %s", async (_name, _what, { file, find, places }) => {
    const texts = (await bundles).filter((unit) => unit.file === file.replace(PACKAGE, ""))
    expect(texts).not.toEqual([])
    const found = texts.map(({ text }) => parse(Lang.Tsx, text).root().findAll(find).length)
    // The bundle of a worker has only what it uses of a file.
    expect(Math.max(...found)).toBe(places as number)
  })
})

describe("in the chunks of the newest release,", () => {
  const named = edits("effect").filter(([, , { anchor = "" }]) => /^["/]/.test(anchor))
  const chunks = readChunks()
  test.each(named)("%s finds %s", async (_name, _what, { anchor, find, places }) => {
    const texts = (await chunks).filter((text) => text.includes(anchor!))
    expect(texts).not.toEqual([])
    const found = texts.map((text) => parse(Lang.JavaScript, text).root().findAll(find).length)
    expect(found.reduce((a, b) => a + b, 0)).toBe(places as number)
  })

  test("those that are looked for there are not few", () => {
    expect(named.length).toBeGreaterThan(6)
  })
})

async function readBundles() {
  const graph = readModuleGraph(await readFile(await stockExecutable(target.name, gitPin)))
  return readableBundles.readTrees(graph).flatMap(({ units }) => units)
}

async function readChunks() {
  const newest = await pinWith(() => true)
  const { modules } = readModuleGraph(await readFile(await stockExecutable(target.name, newest)))
  return modules
    .filter(({ name }) => name.endsWith(".js"))
    .map(({ contents }) => Buffer.from(contents).toString())
}
