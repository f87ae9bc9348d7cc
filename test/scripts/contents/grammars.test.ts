import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type ModuleGraph, readModuleGraph } from "../../../scripts/container/index.ts"
import { readGrammars, requireTreeSitter } from "../../../scripts/contents/grammars.ts"
import { Failure } from "../../../scripts/lib/errors.ts"
import { acquireFile } from "../../../scripts/lib/npm/acquire.ts"
import { defaultCache } from "../../../scripts/lib/npm/cache.ts"
import type { PinnedGrammar } from "../../../scripts/pins/pin.ts"
import { pinWith, stockExecutable, target } from "../../lib/stock.ts"

const pin = await pinWith(({ grammars }) => Object.keys(grammars).length > 0)
const { grammars } = pin
let graph: ModuleGraph
let folder: string
beforeAll(async () => {
  graph = readModuleGraph(await readFile(await stockExecutable(target.name, pin)))
  folder = await mkdtemp(join(tmpdir(), "read-grammars-"))
})
afterAll(() => rm(folder, { recursive: true }))

/** The path of one file of a grammar of the pin. */
function fileOf(language: string, part: "wasm" | "highlights"): Promise<string> {
  const found = (grammars[language] as PinnedGrammar).find((item) => item[part])!
  return acquireFile({ ...found, executable: found[part]! }, { cache: defaultCache() })
}

const read = (wasm: string, highlights: string[]) =>
  readGrammars({ lang: { wasm, wasmSha512: wasm, highlights } }, { ...pin, grammars: {} }, folder)

test("a grammar and its query are read as they are, the pieces of a query joined", async () => {
  const [wasm, c, cpp] = [
    await fileOf("cpp", "wasm"),
    await fileOf("c", "highlights"),
    await fileOf("cpp", "highlights"),
  ]
  const assets = await read(wasm, [c, cpp])
  expect(assets.map(({ name, part }) => [name, part])).toEqual([
    ["licenses.txt", "grammars"],
    ["grammar-lang.wasm", "grammars"],
    ["grammar-lang.scm", "grammars"],
  ])
  expect(assets[1]!.source).toBe(wasm)
  const text = `${await readFile(c, "utf8")}\n${await readFile(cpp, "utf8")}`
  expect(String(assets[2]!.source)).toBe(text)
})

test("a query for another grammar is refused, by name", async () => {
  const failure = await failureOf(read(await fileOf("json", "wasm"), [await fileOf("rust", "highlights")]))
  expect(failure.report.what).toContain("The grammar of lang does not fit the tree-sitter inside")
  expect(failure.report.next).toContain("grammars.lang")
})

test("a grammar of another ABI than tree-sitter's inside knows is refused", async () => {
  const file = join(folder, "newer.wasm")
  await writeFile(file, withAbi(await readFile(await fileOf("json", "wasm")), 99))
  const failure = await failureOf(read(file, [await fileOf("json", "highlights")]))
  expect(failure.report.why).toContain("Incompatible language version 99")
})

test("another tree-sitter inside than the one that grammars are tried with is refused, and none", () => {
  requireTreeSitter(graph)
  const isTreeSitter = ({ name }: { name: string }) => /tree-sitter-3jzf13jk\.wasm$/.test(name)
  const modules = graph.modules.map((module) =>
    isTreeSitter(module) ? { ...module, contents: Buffer.from("other") } : module,
  )
  for (const others of [modules, modules.filter((module) => !isTreeSitter(module))])
    expect(() => requireTreeSitter({ modules: others })).toThrow("not the one of the package web-tree-sitter")
})

/** JSON's grammar, which says where its table begins that it has the ABI 14 and 25 symbols, with another ABI. */
function withAbi(wasm: Buffer, abi: number): Buffer {
  const table = Buffer.from(Uint32Array.of(14, 25).buffer)
  const at = wasm.indexOf(table)
  expect(at).toBeGreaterThan(0)
  expect(wasm.indexOf(table, at + 1)).toBe(-1)
  wasm.writeUInt32LE(abi, at)
  return wasm
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(Failure)
  return error as Failure
}
