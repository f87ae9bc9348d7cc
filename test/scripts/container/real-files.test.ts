import { describe, expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import {
  addModule,
  type ModuleGraph,
  readBunVersion,
  readModuleGraph,
  reconstruct,
  writeModuleGraph,
} from "../../../scripts/container/index.ts"
import { sampleModule } from "../../lib/sample-executable.ts"
import { stockBun, stockExecutable } from "../../lib/stock.ts"

/** Every way in which Bun has embedded a graph in a file for Linux, on real files, for both sizes of page. */
const RELEASES = [
  { version: "1.3.0", target: "linux-x64", layout: "appended", bun: "1.3.10", modules: 19 },
  { version: "1.14.34", target: "linux-x64", layout: "elf-section", bun: "1.3.13", modules: 722 },
  { version: "1.18.18", target: "linux-arm64", layout: "elf-section", bun: "1.3.14", modules: 1309 },
  { version: "1.18.34", target: "linux-x64", layout: "elf-section", bun: "1.3.14", modules: 1318 },
] as const

describe.each(RELEASES)("the release $version for $target", ({ version, target, ...release }) => {
  const read = async () => readModuleGraph(await readFile(await stockExecutable(version, target)))

  test("is read, and written back byte for byte", async () => {
    const graph = await read()
    expect(graph.runtime.layout).toBe(release.layout)
    expect(readBunVersion(graph.runtime)).toBe(release.bun)
    expect(graph.modules).toHaveLength(release.modules)
    expect(graph.modules[graph.entry]!.name).toBe("/$bunfs/root/src/index.js")
    expect(graph.argv).toBe(`--user-agent=opencode/${version} --use-system-ca --`)
    expect(graph.flags).toBe(3)
    expectPieces(writeModuleGraph(graph), graph.runtime.file)
  })

  test("is the stock Bun with its graph, and stays so when the graph grows; shrunk again it is what it was", async () => {
    const [graph, bun] = [await read(), await stockBun(version, target)]
    expect(await reconstruct(graph, bun)).toEqual({ equal: true })
    const grown = readModuleGraph(grow(graph))
    expect(grown.runtime.file.length).toBeGreaterThan(graph.runtime.file.length + 1_900_000)
    expect(await reconstruct(grown, bun)).toEqual({ equal: true })
    expectPieces(writeModuleGraph({ ...graph, runtime: grown.runtime }), graph.runtime.file)
  })
})

test.each(["linux-x64-baseline", "linux-x64-musl"])(
  "1.3.0 for %s is the stock Bun that the pin names, with its graph",
  async (target) => {
    const graph = readModuleGraph(await readFile(await stockExecutable("1.3.0", target)))
    expect(await reconstruct(graph, await stockBun("1.3.0", target))).toEqual({ equal: true })
  },
)

test("the stock Bun of another version makes another file", async () => {
  const graph = readModuleGraph(await readFile(await stockExecutable("1.18.34")))
  const { equal, firstDifference } = await reconstruct(graph, await stockBun("1.14.34"))
  expect(equal).toBe(false)
  expect(firstDifference).toBeLessThan(4096)
})

test("the release 1.3.0 is refused when it is cut off", async () => {
  const file = await readFile(await stockExecutable("1.3.0"))
  for (const length of [file.length - 1, file.length - 24, 110_000_000, 103_547_344, 4096])
    expect(() => readModuleGraph(file.subarray(0, length))).toThrow(/is not recognised/)
})

function grow(graph: ModuleGraph): Buffer {
  const module = sampleModule({ name: "/$bunfs/root/more.bin", contents: new Uint8Array(2_000_001) })
  return Buffer.concat(writeModuleGraph(addModule(graph, module)))
}

/** Compares piece by piece, so that the file is in memory once. */
function expectPieces(pieces: Uint8Array[], file: Uint8Array): void {
  let at = 0
  for (const piece of pieces) {
    expect(Buffer.compare(piece, file.subarray(at, at + piece.length))).toBe(0)
    at += piece.length
  }
  expect(at).toBe(file.length)
}
