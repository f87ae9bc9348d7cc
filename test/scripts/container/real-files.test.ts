import { afterAll, describe, expect, test } from "bun:test"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  addModule,
  type ModuleGraph,
  readBunVersion,
  readModuleGraph,
  reconstruct,
  writeModuleGraph,
} from "../../../scripts/container/index.ts"
import { Failure } from "../../../scripts/lib/errors.ts"
import { listPins, readPin } from "../../../scripts/pins/pin.ts"
import { sampleModule } from "../../lib/sample-executable.ts"
import { removeCertificate } from "../../lib/sample-pe.ts"
import { acquire, otherStock } from "../../lib/stock.ts"

const pins = await Promise.all((await listPins()).map((name) => readPin(name)))

/** Every way in which Bun has embedded a graph, on real files: one of upstream's for each Bun that they were made with. */
const RELEASES = [
  ...Map.groupBy(
    [
      ...pins.flatMap(({ version, targets }) =>
        Object.values(targets).map(({ opencode, bun }) => ({ version, opencode, bun })),
      ),
      ...otherStock,
    ],
    ({ bun }) => `${bun.name}@${bun.version}`,
  ).values(),
].map(([newest]) => newest!)

describe.each(RELEASES)("upstream's $opencode.name@$version", ({ opencode, bun: stockBun }) => {
  // Each is large, and none of the tests changes it.
  let graph: Promise<ModuleGraph> | undefined
  const read = () => {
    graph ??= acquire(opencode)
      .then((path) => readFile(path))
      .then(readModuleGraph)
    return graph
  }
  afterAll(() => {
    graph = undefined
  })

  test("is read, and written back byte for byte, but for a certificate", async () => {
    const graph = await read()
    expect(readBunVersion(graph.runtime)).toBe(stockBun.version)
    expect(graph.modules.length).toBeGreaterThan(10)
    expect(graph.argv).toMatch(/^--user-agent=\w+\/[\d.]+ --use-system-ca --$/)
    expect(graph.flags).toBe(3)
    expectPieces(writeModuleGraph(graph), withoutCertificate(graph))
  })

  test("is the stock Bun with its graph, and stays so when the graph grows; shrunk again it is what it was", async () => {
    const [graph, bun] = [await read(), await acquire(stockBun)]
    const { signature } = graph.runtime
    const signed = signature?.kind === "certificate" && { apartFromSignature: true as const }
    expect(await reconstruct(graph, bun)).toEqual({ equal: true, ...signed })
    const grown = readModuleGraph(grow(graph))
    expect(grown.runtime.file.length).toBeGreaterThan(graph.runtime.file.length + 1_900_000)
    expect(await reconstruct(grown, bun)).toEqual({ equal: true })
    expectPieces(writeModuleGraph({ ...graph, runtime: grown.runtime }), withoutCertificate(graph))
  })

  test("is refused when it is cut off", async () => {
    const { file } = (await read()).runtime
    for (const length of [file.length - 1, file.length - 24, 110_000_000, 100_000_000, 4096])
      expect(() => readModuleGraph(file.subarray(0, length))).toThrow(/is not recognised/)
  })
})

test("the stock Bun of another version makes another file, or has no place for the graph", async () => {
  const [one, ...others] = Map.groupBy(RELEASES, ({ bun }) => bun.version)
    .values()
    .map((list) => list[0]!)
  const graph = readModuleGraph(await readFile(await acquire(one!.opencode)))
  expect(others.length).toBeGreaterThan(0)
  for (const { bun } of others) {
    const made = await reconstruct(graph, await acquire(bun)).catch((error) => {
      if (error instanceof Failure) return { equal: false, firstDifference: undefined }
      throw error
    })
    expect(made.equal).toBe(false)
    expect(made.firstDifference ?? 0).toBeLessThan(4096)
  }
})

/** A Windows file without its certificate, made without the code that is tested. */
function withoutCertificate({ runtime: { file, signature } }: ModuleGraph): Uint8Array {
  return signature?.kind === "certificate" ? removeCertificate(Buffer.from(file)) : file
}

if (!Bun.which("osslsigncode")) console.error("not run: what osslsigncode does, as it is not there")
else
  test("a certificate is taken off as osslsigncode does it", async () => {
    const windows = RELEASES.find(({ opencode }) => opencode.executable.path.endsWith(".exe"))!
    const folder = await mkdtemp(join(tmpdir(), "signed-"))
    try {
      const [signed, plain] = [await acquire(windows.opencode), join(folder, "plain.exe")]
      const { exitCode } = Bun.spawnSync(["osslsigncode", "remove-signature", signed, plain])
      expect(exitCode).toBe(0)
      expectPieces(writeModuleGraph(readModuleGraph(await readFile(signed))), await readFile(plain))
    } finally {
      await rm(folder, { recursive: true })
    }
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
