import { expect, test } from "bun:test"
import {
  addModule,
  compareModules,
  differsInContentsOnly,
  readModuleGraph,
  replaceModule,
} from "../../../scripts/container/index.ts"
import { sampleExecutable, sampleModule } from "../../lib/sample-executable.ts"

const graph = readModuleGraph(sampleExecutable({ layout: "appended" }).file)
const [main, worker] = graph.modules
const contents = Buffer.from("// @bun\n")

test("a replaced module keeps its name, place and kind, and loses what was made from its old contents", () => {
  const module = replaceModule(graph, worker!.name, contents).modules[1]!
  expect(module).toMatchObject({ name: worker!.name, encoding: 1, loader: 1, format: 1, side: 0, contents })
  for (const part of [module.bytecode, module.moduleInfo, module.bytecodePath, module.sourceMap])
    expect(part).toHaveLength(0)
})

test("an added module is the last one, without what was derived from other contents", () => {
  const { modules } = addModule(graph, { ...worker!, name: "/$bunfs/root/new.js", contents })
  expect(modules).toHaveLength(4)
  expect(modules[3]).toMatchObject({ name: "/$bunfs/root/new.js", contents })
  expect(modules[3]!.bytecode).toHaveLength(0)
})

test("editing leaves the graph that it started from as it was", () => {
  const before = { ...graph, modules: [...graph.modules] }
  addModule(replaceModule(graph, main!.name, contents), sampleModule({ name: "new" }))
  expect(graph).toEqual(before)
  expect(graph.modules[0]).toBe(main!)
})

test("a module that is not there cannot be replaced, and one that is there cannot be added", () => {
  expect(() => replaceModule(graph, "none.js", contents)).toThrow(/no module none.js to replace\n.*3 modules/)
  expect(() => addModule(graph, sampleModule({ name: main!.name }))).toThrow(
    /already has a module .*main.js\n/,
  )
})

test("the difference of two graphs names what was added, changed, kept and removed", () => {
  const edited = addModule(replaceModule(graph, main!.name, contents), sampleModule({ name: "new" }))
  const built = { ...edited, modules: edited.modules.filter(({ name }) => name !== worker!.name) }
  const difference = compareModules(graph, built)
  const sha256 = new Bun.CryptoHasher("sha256").update(contents).digest("hex")
  const stockSha256 = new Bun.CryptoHasher("sha256").update(main!.contents).digest("hex")
  expect(difference.changed).toEqual([{ name: main!.name, bytes: contents.length, sha256, stockSha256 }])
  expect(difference.added.map(({ name }) => name)).toEqual(["new"])
  expect(difference.unchanged.map(({ name }) => name)).toEqual(["/$bunfs/root/empty.txt"])
  expect(difference.removed).toEqual([worker!.name])
})

test("a replaced module differs in its contents only", () => {
  expect(differsInContentsOnly(worker!, replaceModule(graph, worker!.name, contents).modules[1]!)).toBe(true)
  expect(differsInContentsOnly(main!, worker!)).toBe(false)
})

test.each(["sourceMap", "bytecode", "moduleInfo", "bytecodePath"] as const)(
  "a module is changed when only its %s is",
  (part) => {
    const modules = graph.modules.with(0, { ...main!, [part]: Buffer.from("x") })
    expect(compareModules(graph, { ...graph, modules }).changed.map(({ name }) => name)).toEqual([main!.name])
    expect(differsInContentsOnly(main!, modules[0]!)).toBe(false)
  },
)

test.each(["encoding", "loader", "format", "side"] as const)(
  "a module is changed when only its %s is",
  (part) => {
    const modules = graph.modules.with(0, { ...main!, [part]: 0 ** main![part] })
    expect(compareModules(graph, { ...graph, modules }).changed.map(({ name }) => name)).toEqual([main!.name])
    expect(differsInContentsOnly(main!, modules[0]!)).toBe(false)
  },
)
