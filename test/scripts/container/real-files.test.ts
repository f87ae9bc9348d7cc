import { describe, expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { compareRuntime, readModuleGraph, writeModuleGraph } from "../../../scripts/container/index.ts"
import { listPins, readPin } from "../../../scripts/pins/pin.ts"
import { stockBun, stockExecutable, target } from "../../lib/stock.ts"

const names = await listPins()

describe.each(names)("upstream's release of the pin %s", (name) => {
  test("is read, and written back byte for byte", async () => {
    const release = await readPin(name)
    const file = await readFile(await stockExecutable(target.name, release))
    const graph = readModuleGraph(file)
    expect(graph.modules.length).toBeGreaterThan(10)
    expect(graph.argv).toContain("--user-agent=")
    expectPieces(writeModuleGraph(graph), file)
  })

  test("has the stock Bun that the pin names for each target", async () => {
    const release = await readPin(name)
    for (const each of Object.keys(release.targets)) {
      const graph = readModuleGraph(await readFile(await stockExecutable(each, release)))
      expect(await compareRuntime(graph.runtime, await stockBun(each, release))).toEqual({ equal: true })
    }
  })

  test("is refused when it is cut off", async () => {
    const file = await readFile(await stockExecutable(target.name, await readPin(name)))
    for (const length of [file.length - 1, file.length - 24, 110_000_000, 103_547_344, 4096])
      expect(() => readModuleGraph(file.subarray(0, length))).toThrow(/is not recognised/)
  })
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
