import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import {
  addModule,
  type ModuleGraph,
  readBunVersion,
  readModuleGraph,
  reconstruct,
  writeModuleGraph,
} from "../../../scripts/container/index.ts"
import { locatePayload } from "../../../scripts/container/locate.ts"
import { findTarget } from "../../../scripts/upstream/target.ts"
import { checkCodeSignature } from "../../lib/code-signature.ts"
import { bunOf, COMPILED, compileFor } from "../../lib/compiled.ts"
import { MACHINES } from "../../lib/sample-elf.ts"
import { sampleExecutable, sampleModule } from "../../lib/sample-executable.ts"

/** Executables of the formats that are signed, as Bun itself makes them: there is none of upstream's in the registry. */
describe.each(COMPILED)("what Bun compiles for %s", (name) => {
  const { os, root } = findTarget(name)
  let compiled: Awaited<ReturnType<typeof compileFor>>
  let bun: string
  let graph: ModuleGraph
  beforeAll(async () => {
    ;[compiled, bun] = await Promise.all([compileFor(name), bunOf(name)])
    graph = readModuleGraph(await readFile(compiled.file))
  })
  afterAll(() => compiled?.remove())

  test("is read", () => {
    expect(readBunVersion(graph.runtime)).toBe("1.3.14")
    expect(graph.modules.map(({ name }) => name)).toContain(`${root}/src/worker.js`)
    expect(graph.argv).toBe("--use-system-ca")
  })

  test("is the stock Bun with its graph, but for what Bun 1.3 gets wrong of checksum or signature", async () => {
    expect(await reconstruct(graph, bun)).toEqual({ equal: true, apartFromSignature: true })
  })

  test("grows, is signed anew, and is all that again; shrunk it is what it was", async () => {
    const grown = readModuleGraph(written(addModule(graph, more)))
    expect(grown.runtime.file.length).toBeGreaterThan(graph.runtime.file.length + 1_900_000)
    expect(await reconstruct(grown, bun)).toEqual({ equal: true })
    const shrunk = written({ ...graph, runtime: grown.runtime })
    expect(shrunk.equals(written(graph))).toBe(true)
    if (os === "darwin") expectSigned(grown.runtime.file, shrunk)
    expect(grown.runtime.signature?.kind).toBe(os === "darwin" ? "ad hoc" : "none")
  })

  if (os === "darwin")
    test("is signed wrong by Bun 1.3, and the stock Bun right, as the test's reader sees it", async () => {
      expect(checkCodeSignature(await readFile(bun))).toMatchObject({ certificate: true, wrong: [] })
      const check = () => checkCodeSignature(Buffer.from(graph.runtime.file))
      // For x64 it leaves the stock Bun's there, which is of a file of another length.
      if (name === "darwin-x64") expect(check).toThrow(/signs \d+ bytes of \d+/)
      else expect(check().wrong).toEqual([check().pages - 1])
    })

  test("is refused when it is cut off", () => {
    const { file } = graph.runtime
    for (const length of [file.length - 1, file.length - 24, 50_000_000, 4096])
      expect(() => readModuleGraph(file.subarray(0, length))).toThrow(/is not recognised/)
  })
})

const more = sampleModule({ name: "more.bin", contents: new Uint8Array(2_000_001) })

function written(graph: ModuleGraph): Buffer {
  return Buffer.concat(writeModuleGraph(graph))
}

function expectSigned(...files: Uint8Array[]): void {
  for (const file of files)
    expect(checkCodeSignature(Buffer.from(file))).toMatchObject({
      identifiers: ["a.out"],
      flags: 0x2_0002,
      certificate: false,
      wrong: [],
    })
}

describe.each(MACHINES)("a Mach-O file that is written for %s", (machine) => {
  const sample = { layout: "macho-section", machine } as const

  test("has the right hash for every page, whatever its length, and the last page as long as it is", () => {
    for (const bytes of [0, 1, 4079, 4080, 4096, 16_383, 50_000]) {
      const graph = readModuleGraph(sampleExecutable(sample).file)
      const contents = new Uint8Array(bytes).fill(7)
      expectSigned(written(addModule(graph, { ...more, contents })))
    }
  })

  test("shows any change of a byte, as the test's reader sees it", () => {
    const file = written(readModuleGraph(sampleExecutable(sample).file))
    const { end } = locatePayload(file)
    for (const at of [0x800, 0x1010, end - 3, end + 1]) {
      const changed = Buffer.from(file)
      changed[at]! ^= 1
      expect(checkCodeSignature(changed).wrong).toEqual([at >> 12])
    }
  })
})
