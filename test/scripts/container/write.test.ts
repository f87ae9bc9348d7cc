import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import {
  addModule,
  type ModuleGraph,
  readModuleGraph,
  replaceModule,
  writeModuleGraph,
} from "../../../scripts/container/index.ts"
import { arbitraryGraph } from "../../lib/arbitrary-graph.ts"
import { sampleExecutable, sampleModule, sampleModules } from "../../lib/sample-executable.ts"

const written = (graph: ModuleGraph) => Buffer.concat(writeModuleGraph(graph))

test("gives back the bytes of any graph that was not changed", () => {
  fc.assert(
    fc.property(arbitraryGraph, (graph) => {
      const { file } = sampleExecutable(graph)
      expect(written(readModuleGraph(file)).equals(file)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test("writes an edited graph as it would have been made", () => {
  fc.assert(
    fc.property(arbitraryGraph, fc.uint8Array({ maxLength: 300 }), (graph, contents) => {
      const { name } = graph.modules[0]!
      const added = sampleModule({ name: "\ue000", contents })
      const read = readModuleGraph(sampleExecutable({ ...graph, layout: "appended" }).file)
      const edited = { ...addModule(replaceModule(read, name, contents), added), argv: "--x", flags: 7 }
      const { encoding, loader, format, side } = graph.modules[0]!
      const replaced = sampleModule({ name, contents, encoding, loader, format, side })
      const modules = [replaced, ...graph.modules.slice(1), added]
      const expected = sampleExecutable({
        layout: "appended",
        entry: graph.entry,
        modules,
        argv: "--x",
        flags: 7,
      })
      expect(written(edited).equals(expected.file)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test("passes on what the graph holds without copying it", () => {
  const { file } = sampleExecutable({ layout: "appended" })
  const pieces = writeModuleGraph(readModuleGraph(file))
  expect(pieces[0]!.buffer).toBe(file.buffer)
  expect(pieces.some((piece) => piece.buffer === file.buffer && piece.length === 23)).toBe(true)
})

describe("an ELF section", () => {
  const graph = readModuleGraph(sampleExecutable({ layout: "elf-section" }).file)
  const [first] = sampleModules()

  test("takes a graph of the same length back", () => {
    const contents = Buffer.from("x".repeat(first!.contents.length))
    const again = readModuleGraph(written(replaceModule(graph, first!.name, contents)))
    expect(Buffer.from(again.modules[0]!.contents)).toEqual(contents)
  })

  test.each([
    ["longer", "x".repeat(500)],
    ["shorter", ""],
  ])("refuses a graph that is %s", (_, argv) => {
    expect(() => writeModuleGraph({ ...graph, argv })).toThrow(
      /of \d+ bytes cannot be put into the ELF section, which holds \d+\n/,
    )
  })
})

describe("refuses, naming the field, its value and the limit,", () => {
  const graph = readModuleGraph(sampleExecutable({ layout: "appended" }).file)
  const withModule = (module: object) => ({ ...graph, modules: [{ ...graph.modules[0]!, ...module }] })
  const faults: [title: string, graph: ModuleGraph, message: RegExp][] = [
    ["no modules", { ...graph, modules: [] }, /module count is 0\n.*from 1 to 65536/],
    ["an entry that is no module", { ...graph, entry: 3 }, /entry's index is 3\n.*from 0 to 2/],
    ["an entry that is no number", { ...graph, entry: Number.NaN }, /entry's index is NaN\n/],
    ["flags above 32 bits", { ...graph, flags: 2 ** 32 }, /flags is 4294967296\n/],
    ["a NUL in argv", { ...graph, argv: "a\0b" }, /argv is "a\\u0000b"\n/],
    ["a long argv", { ...graph, argv: "ä".repeat(40_000) }, /length of argv is 80000\n.*at most 65536/],
    ["half a character in argv", { ...graph, argv: "\ud800" }, /argv is "\\ud800"\n.*well-formed/],
    [
      "a name twice",
      { ...graph, modules: [...graph.modules, ...graph.modules] },
      /module 3: name is .*\n.*unique/,
    ],
    ["no name", withModule({ name: "" }), /module 0: name is ""\n/],
    ["a loader above a byte", withModule({ loader: 256 }), /module 0: loader is 256\n.*from 0 to 255/],
  ]
  test.each(faults)("%s", (_, graph, message) => {
    expect(() => writeModuleGraph(graph)).toThrow(message)
  })

  test("a graph above 4 GiB", () => {
    const contents = new Uint8Array(0)
    Object.defineProperty(contents, "length", { value: 2 ** 32 })
    expect(() => writeModuleGraph(withModule({ contents }))).toThrow(
      /graph's length is \d+\n.*at most 4294967295/,
    )
  })
})
