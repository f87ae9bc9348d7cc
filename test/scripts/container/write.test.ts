import { describe, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import {
  addModule,
  type EmbeddedModule,
  leaveRuntime,
  type ModuleGraph,
  type Piece,
  readModuleGraph,
  readPieces,
  replaceModule,
  writeModuleGraph,
} from "../../../scripts/container/index.ts"
import { arbitraryGraph } from "../../lib/arbitrary-graph.ts"
import { FORMS, sampleExecutable, sampleModule } from "../../lib/sample-executable.ts"

const written = (graph: ModuleGraph) => Buffer.concat(writeModuleGraph(graph))

/** Longer than two pages of x86-64, or shorter than what was there. */
const arbitraryChange = fc.record({
  contents: fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.integer({ min: 0, max: 20_000 }).map((length) => new Uint8Array(length).fill(7)),
  ),
  argv: fc.constantFrom("", "--x"),
})

interface Change {
  contents: Uint8Array
  argv: string
}

/** The first module replaced, one more at the end, and other arguments. */
function edit<File extends Piece>(graph: ModuleGraph<File>, { contents, argv }: Change): ModuleGraph<File> {
  const added = sampleModule({ name: "\ue000", contents })
  return { ...addModule(replaceModule(graph, graph.modules[0]!.name, contents), added), argv, flags: 7 }
}

function editSample([first, ...rest]: EmbeddedModule[], { contents, argv }: Change) {
  const { name, encoding, loader, format, side } = first!
  const replaced = sampleModule({ name, contents, encoding, loader, format, side })
  return { modules: [replaced, ...rest, sampleModule({ name: "\ue000", contents })], argv, flags: 7 }
}

test("gives back the bytes of any graph that was not changed", () => {
  fc.assert(
    fc.property(arbitraryGraph, (graph) => {
      const { file } = sampleExecutable(graph)
      expect(written(readModuleGraph(file)).equals(file)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test("writes an edited graph as it would have been made, longer or shorter", () => {
  fc.assert(
    fc.property(arbitraryGraph, arbitraryChange, (graph, change) => {
      const edited = edit(readModuleGraph(sampleExecutable(graph).file), change)
      const expected = sampleExecutable({ ...graph, ...editSample(graph.modules, change) })
      expect(written(edited).equals(expected.file)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test("gives the old file back when an edited graph is made what it was", () => {
  fc.assert(
    fc.property(arbitraryGraph, arbitraryChange, (graph, change) => {
      const { file } = sampleExecutable(graph)
      const read = readModuleGraph(file)
      const again = readModuleGraph(written(edit(read, change)))
      expect(again.runtime.length).toBe(read.runtime.length)
      expect(written({ ...read, runtime: again.runtime }).equals(file)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test("writes a graph whose executable stays on disk as ranges of it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "write-"))
  try {
    for (const layout of FORMS) {
      const path = join(folder, layout)
      const { file } = sampleExecutable({ layout })
      await writeFile(path, file)
      const change = { contents: new Uint8Array(9000), argv: "--x" }
      const light = edit(leaveRuntime(readModuleGraph(file), path), change)
      const chunks = await Array.fromAsync(readPieces(writeModuleGraph(light)), (chunk) => Buffer.from(chunk))
      expect(Buffer.concat(chunks).equals(written(edit(readModuleGraph(file), change)))).toBe(true)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})

test("passes on what the graph holds without copying it", () => {
  const { file } = sampleExecutable({ layout: "appended" })
  const pieces = writeModuleGraph(readModuleGraph(file))
  expect(pieces[0]!.buffer).toBe(file.buffer)
  expect(pieces.some((piece) => piece.buffer === file.buffer && piece.length === 23)).toBe(true)
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
