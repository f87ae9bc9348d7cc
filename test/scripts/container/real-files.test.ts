import { describe, expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { compareRuntime, readModuleGraph, writeModuleGraph } from "../../../scripts/container/index.ts"
import { stockBun, stockExecutable } from "../../lib/stock.ts"

const RELEASES = [
  { version: "1.3.0", layout: "appended", modules: 19, entry: "/$bunfs/root/src/index.js" },
  { version: "1.14.34", layout: "elf-section", modules: 722, entry: "/$bunfs/root/src/index.js" },
] as const

describe.each(RELEASES)("the release $version", (release) => {
  test("is read, and written back byte for byte", async () => {
    const file = await readFile(await stockExecutable(release.version))
    const graph = readModuleGraph(file)
    expect(graph.layout).toBe(release.layout)
    expect(graph.modules).toHaveLength(release.modules)
    expect(graph.modules[graph.entry]!.name).toBe(release.entry)
    expect(graph.argv).toBe(`--user-agent=opencode/${release.version} --use-system-ca --`)
    expect(graph.flags).toBe(3)
    expectPieces(writeModuleGraph(graph), file)
  })
})

test.each(["linux-x64", "linux-x64-baseline", "linux-x64-musl"])(
  "the runtime of 1.3.0 for %s is the stock Bun that the pin names",
  async (target) => {
    const graph = readModuleGraph(await readFile(await stockExecutable("1.3.0", target)))
    expect(await compareRuntime(graph.runtime, await stockBun(target))).toEqual({ equal: true })
  },
)

test("the release 1.3.0 is refused when it is cut off", async () => {
  const file = await readFile(await stockExecutable("1.3.0"))
  for (const length of [file.length - 1, file.length - 24, 110_000_000, 103_547_344, 4096])
    expect(() => readModuleGraph(file.subarray(0, length))).toThrow(/is not recognised/)
})

/** Compares piece by piece, so that the file is in memory once. */
function expectPieces(pieces: Uint8Array[], file: Buffer): void {
  let at = 0
  for (const piece of pieces) {
    expect(Buffer.compare(piece, file.subarray(at, at + piece.length))).toBe(0)
    at += piece.length
  }
  expect(at).toBe(file.length)
}
