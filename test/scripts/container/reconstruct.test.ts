import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import {
  readModuleGraph,
  reconstruct,
  replaceModule,
  writeModuleGraph,
} from "../../../scripts/container/index.ts"
import { Failure } from "../../../scripts/lib/errors.ts"
import { arbitraryGraph } from "../../lib/arbitrary-graph.ts"
import { MACHINES } from "../../lib/sample-elf.ts"
import { ELF_FORMS, FORMS, sampleBun, sampleExecutable } from "../../lib/sample-executable.ts"
import { signPe } from "../../lib/sample-pe.ts"

const SAMPLES = FORMS.flatMap((layout) => MACHINES.map((machine) => ({ layout, machine })))
const OF_ELF = SAMPLES.filter(({ layout }) => ELF_FORMS.some((form) => form === layout))
const SIGNED = SAMPLES.filter((sample) => !OF_ELF.includes(sample))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reconstruct-"))
})
afterAll(() => rm(folder, { recursive: true }))

test("any executable is the stock Bun with its graph, be that in memory or on disk", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryGraph, async (graph) => {
      const read = readModuleGraph(sampleExecutable(graph).file)
      const bun = sampleBun(graph)
      expect(await reconstruct(read, bun)).toEqual({ equal: true })
      const path = join(folder, "bun")
      await writeFile(path, bun)
      expect(await reconstruct(read, path)).toEqual({ equal: true })
    }),
    { numRuns: 200 },
  )
})

test.each(SAMPLES)("so is one whose graph grew: $layout for $machine", async (sample) => {
  const graph = readModuleGraph(sampleExecutable(sample).file)
  const longer = replaceModule(graph, graph.modules[0]!.name, new Uint8Array(2_500_000).fill(1))
  const grown = readModuleGraph(Buffer.concat(writeModuleGraph(longer)))
  expect(await reconstruct(grown, sampleBun(sample))).toEqual({ equal: true })
})

test.each(SAMPLES)("one byte more or less is found where it is: $layout for $machine", async (sample) => {
  const { file, payload, withoutSeal } = sampleExecutable(sample)
  const bun = sampleBun(sample)
  const outcomes = { found: 0, refused: 0, sealed: 0 }
  const plain = Buffer.from(withoutSeal(file))
  for (let at = 0; at < file.length; at += at < 0x400 || at > file.length - 500 ? 1 : file.length >> 9) {
    if (at >= payload.start && at < payload.end) continue
    file[at]! ^= 1
    outcomes[await foundAt(file, bun, { at, sealed: withoutSeal(file).equals(plain) })]++
    file[at]! ^= 1
  }
  expect(outcomes.found).toBeGreaterThan(300)
  expect(outcomes.sealed > 0).toBe(SIGNED.includes(sample))
})

/** A change of a header may make a file that is not read; one of a signature is somebody else's signature. */
async function foundAt(file: Buffer, bun: Buffer, { at, sealed }: { at: number; sealed: boolean }) {
  try {
    const expected = sealed
      ? { equal: true, apartFromSignature: true }
      : { equal: false, firstDifference: at }
    expect(await reconstruct(readModuleGraph(file), bun)).toEqual(expected as never)
    return sealed ? "sealed" : "found"
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return "refused"
  }
}

test("another Bun that is shorter, or longer, makes another file", async () => {
  const { file } = sampleExecutable({ layout: "appended" })
  const [graph, bun] = [readModuleGraph(file), sampleBun({ layout: "appended" })]
  const { equal, firstDifference } = await reconstruct(graph, bun.subarray(0, -64))
  expect(equal).toBe(false)
  expect(firstDifference).toBeGreaterThanOrEqual(bun.length - 64)
  expect(await reconstruct(graph, Buffer.concat([bun, Buffer.alloc(1, 9)]))).toEqual({
    equal: false,
    firstDifference: bun.length,
  })
})

test("a file that goes on differs where it should end", async () => {
  for (const sample of OF_ELF) {
    const { runtime, ...graph } = readModuleGraph(sampleExecutable(sample).file)
    const longer = {
      ...graph,
      runtime: { ...runtime, file: Buffer.concat([runtime.file, Buffer.from("x")]) },
    }
    expect(await reconstruct(longer, sampleBun(sample))).toEqual({
      equal: false,
      firstDifference: runtime.file.length,
    })
  }
})

const IN_SECTION = OF_ELF.filter(({ layout }) => layout !== "appended")
test.each(IN_SECTION)("a stock Bun must be one that holds nothing: $layout for $machine", async (sample) => {
  const graph = readModuleGraph(sampleExecutable(sample).file)
  const refuse = async (breakIt: (bun: Buffer, headers: number) => void) => {
    const bun = sampleBun(sample)
    breakIt(bun, bun.readUInt32LE(40))
    return reconstruct(graph, bun).then(String, (error: Error) => error.message)
  }
  const place = sampleBun(sample).readUInt32LE(64 + 56 + 8)
  expect(await refuse((bun) => bun.fill(1, place + 63, place + 64))).toMatch(
    /section .bun of the stock Bun is "not empty"\n/,
  )
  expect(await refuse((bun, headers) => bun.writeUInt32LE(4, headers + 128 + 32))).toMatch(
    /size of section .bun of the stock Bun is 4\n.*at least 8/,
  )
  expect(await refuse((bun) => bun.writeUInt32LE(4, 64 + 56 + 4))).toMatch(
    /section .bun of the stock Bun is "not there"\n.*in the last segment, a writable one/,
  )
})

test("a graph that was edited is not the file's", async () => {
  for (const sample of SAMPLES) {
    const graph = readModuleGraph(sampleExecutable(sample).file)
    const { equal } = await reconstruct({ ...graph, flags: 4 }, sampleBun(sample))
    expect(equal).toBe(false)
  }
})

test("a stock Bun with random numbers in its headers makes another file or is refused", async () => {
  const number = fc.oneof(
    fc.nat(20_000),
    fc.integer({ min: 0, max: 0xffff_ffff }),
    fc.constantFrom(0, 1, 0xffff_ffff),
  )
  const changes = fc.array(fc.tuple(fc.nat(), number), { minLength: 1, maxLength: 4 })
  const outcomes = { equal: 0, different: 0, refused: 0 }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...SAMPLES), changes, async (sample, changes) => {
      const bun = sampleBun(sample)
      const table = SIGNED.includes(sample) ? bun.length : bun.readUInt32LE(40)
      const places = [
        ...Array(SIGNED.includes(sample) ? 160 : 58).keys(),
        ...Array((bun.length - table) / 4)
          .keys()
          .map((at) => table / 4 + at),
      ]
      for (const [place, value] of changes)
        bun.writeUInt32LE(value, 4 * Math.floor(places[place % places.length]!))
      outcomes[await tryHostile(sample, bun)]++
    }),
    { numRuns: 2000 },
  )
  expect(outcomes.different).toBeGreaterThan(100)
  expect(outcomes.refused).toBeGreaterThan(100)
})

async function tryHostile(sample: (typeof SAMPLES)[number], bun: Buffer) {
  try {
    const { equal } = await reconstruct(readModuleGraph(sampleExecutable(sample).file), bun)
    return equal ? "equal" : "different"
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return "refused"
  }
}

test("a stock Bun for Windows or macOS must be one that holds nothing", async () => {
  const refuse = (layout: "pe-section" | "macho-section", breakIt: (bun: Buffer) => Buffer | undefined) => {
    const bun = sampleBun({ layout })
    return reconstruct(readModuleGraph(sampleExecutable({ layout }).file), breakIt(bun) ?? bun)
  }
  const inPe = (breakIt: (bun: Buffer) => Buffer | undefined) => refuse("pe-section", breakIt)
  const table = 88 + 240
  expect(inPe((bun) => bun.fill(".bun\0", table + 40, table + 45))).rejects.toThrow(
    /count of sections .bun is 1\n/,
  )
  expect(inPe((bun) => bun.fill(1, table + 100, table + 101))).rejects.toThrow(
    /another section header is "not empty"/,
  )
  expect(inPe((bun) => bun.subarray(0, -8))).rejects.toThrow(/what follows the last section/)
  expect(inPe((bun) => bun.fill(1, 88 + 61, 88 + 62).fill(0xa0, 88 + 60, 88 + 61))).rejects.toThrow(
    /room for another section header is/,
  )
  expect(refuse("macho-section", (bun) => bun.fill(1, 0x1800, 0x1801))).rejects.toThrow(
    /section __bun of the stock Bun is "not empty"\n/,
  )
})

test("an executable that somebody signed is the stock Bun with its graph, apart from the signature", async () => {
  const layout = "pe-section"
  const signed = readModuleGraph(signPe(sampleExecutable({ layout }).file))
  expect(await reconstruct(signed, sampleBun({ layout }))).toEqual({ equal: true, apartFromSignature: true })
  signed.runtime.file[0x500]! ^= 1
  expect(await reconstruct(signed, sampleBun({ layout }))).toMatchObject({ equal: false })
})

test("a Bun without a section .bun cannot have made one that has it", async () => {
  const graph = readModuleGraph(sampleExecutable({ layout: "elf-section" }).file)
  expect(reconstruct(graph, sampleBun({ layout: "appended" }))).rejects.toThrow(
    /count of sections .bun is 0\n.*1 in a stock Bun/,
  )
})

test("a path that cannot be read is the file system's error", async () => {
  const graph = readModuleGraph(sampleExecutable({ layout: "elf-section" }).file)
  expect(reconstruct(graph, join(folder, "none"))).rejects.toThrow(/ENOENT/)
})
