import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { readModuleGraph, writeModuleGraph } from "../../../scripts/container/index.ts"
import { Failure } from "../../../scripts/lib/errors.ts"
import { arbitraryGraph } from "../../lib/arbitrary-graph.ts"
import { MACHINES } from "../../lib/sample-elf.ts"
import {
  ELF_FORMS,
  FORMS,
  type SampleExecutable,
  sampleExecutable,
  sampleModule,
} from "../../lib/sample-executable.ts"

const SAMPLES = FORMS.flatMap((layout) => MACHINES.map((machine) => ({ layout, machine })))
const OF_ELF = SAMPLES.filter(({ layout }) => ELF_FORMS.some((form) => form === layout))
const SIGNED = SAMPLES.filter((sample) => !OF_ELF.includes(sample))

/**
 * A file is either understood whole, so that writing it gives it back, or refused with a known error. In the formats that
 * are signed, the signature is made anew, and what was written gives itself back.
 */
function isReadOrRefused(
  file: Buffer,
  { withoutSeal }: Pick<SampleExecutable, "withoutSeal">,
): "read" | "refused" {
  try {
    const graph = readModuleGraph(file)
    const written = Buffer.concat(writeModuleGraph(graph))
    if (!withoutSeal(written).equals(withoutSeal(file)))
      throw new Error("read, but not the same when written")
    if (!Buffer.concat(writeModuleGraph(readModuleGraph(written))).equals(written))
      throw new Error("written, but not the same when read and written again")
    return "read"
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return "refused"
  }
}

describe.each(SAMPLES)("the layout $layout for $machine", (sample) => {
  test("is refused when it is cut off, wherever that is", () => {
    const made = sampleExecutable(sample)
    expect(isReadOrRefused(made.file, made)).toBe("read")
    for (const length of telling(made.file))
      expect(isReadOrRefused(made.file.subarray(0, length), made)).toBe("refused")
  })

  test("is read or refused with any one byte changed", () => {
    const made = sampleExecutable(sample)
    const { file } = made
    const outcomes = { read: 0, refused: 0 }
    for (const at of telling(file))
      for (const bits of sample.machine === "AArch64" ? [0xff] : [0x01, 0x80, 0xff]) {
        file[at]! ^= bits
        outcomes[isReadOrRefused(file, made)]++
        file[at]! ^= bits
      }
    expect(outcomes.read).toBeGreaterThan(300)
    expect(outcomes.refused).toBeGreaterThan(300)
  })
})

const hostileNumber = fc.oneof(
  fc.nat(600),
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff),
)

test("a graph with random numbers in its offsets record is read or refused", () => {
  const numbers = fc.array(fc.tuple(fc.nat(7), hostileNumber), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(arbitraryGraph, numbers, (graph, changes) => {
      const made = sampleExecutable(graph)
      for (const [field, value] of changes) made.file.writeUInt32LE(value, made.offsets + 4 * field)
      isReadOrRefused(made.file, made)
    }),
    { numRuns: 1000 },
  )
})

test("a graph with random numbers in its modules' records is read or refused", () => {
  const numbers = fc.array(fc.tuple(fc.nat(6), fc.nat(12), hostileNumber), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(arbitraryGraph, numbers, (graph, changes) => {
      const made = sampleExecutable(graph)
      for (const [index, field, value] of changes)
        made.file.writeUInt32LE(value, made.record(index % graph.modules.length) + 4 * field)
      isReadOrRefused(made.file, made)
    }),
    { numRuns: 1000 },
  )
})

test("an ELF file with random numbers in its headers is read or refused", () => {
  const number = fc.oneof(fc.nat(20_000), hostileNumber)
  const changes = fc.array(fc.tuple(fc.nat(), number), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(fc.constantFrom(...OF_ELF), changes, (sample, changes) => {
      const made = sampleExecutable(sample)
      const { file } = made
      const table = file.readUInt32LE(40)
      const places = [...span(0, 232), ...span(table, table + 6 * 64)].filter((at) => at + 4 <= file.length)
      for (const [place, value] of changes) file.writeUInt32LE(value, places[place % places.length]!)
      isReadOrRefused(file, made)
    }),
    { numRuns: 1000 },
  )
})

test("a PE or Mach-O file with random numbers in its headers is read or refused", () => {
  const number = fc.oneof(fc.nat(0x9000), hostileNumber)
  const changes = fc.array(fc.tuple(fc.nat(160), number), { minLength: 1, maxLength: 3 })
  const outcomes = { read: 0, refused: 0 }
  fc.assert(
    fc.property(fc.constantFrom(...SIGNED), changes, (sample, changes) => {
      const made = sampleExecutable(sample)
      for (const [place, value] of changes) made.file.writeUInt32LE(value, 4 * place)
      outcomes[isReadOrRefused(made.file, made)]++
    }),
    { numRuns: 3000 },
  )
  expect(outcomes.read).toBeGreaterThan(100)
  expect(outcomes.refused).toBeGreaterThan(100)
})

test("random bytes in a graph's place, or as a whole file, are read or refused", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SAMPLES), fc.uint8Array({ maxLength: 400 }), (sample, noise) => {
      const made = sampleExecutable(sample)
      const { start, end } = made.payload
      made.file.set(noise.subarray(0, end - start), start)
      isReadOrRefused(made.file, made)
      isReadOrRefused(Buffer.from(noise), made)
    }),
    { numRuns: 1000 },
  )
})

test("the most modules allowed are read at once, and one more is refused before any is", () => {
  const many = (count: number) => {
    const modules = Array.from({ length: 3 }, (_, index) => sampleModule({ name: `${index}` }))
    const sample = sampleExecutable({ layout: "appended", modules })
    sample.file.writeUInt32LE(52 * count, sample.offsets + 12)
    return sample.file
  }
  expect(() => readModuleGraph(many(65_537))).toThrow(/module count is 65537\n/)
  expect(() => readModuleGraph(many(65_536))).toThrow(/end of the records is/)
})

test("numbers that ask for gigabytes get no memory", () => {
  const refuse = (field: number, value: number) => {
    const sample = sampleExecutable({ layout: "appended" })
    sample.file.writeUInt32LE(value, sample.offsets + field)
    expect(isReadOrRefused(sample.file, sample)).toBe("refused")
  }
  const before = process.memoryUsage().rss
  for (let round = 0; round < 200; round++) {
    refuse(12, 52 * 82_595_524)
    refuse(12, 52 * 65_536)
    refuse(24, 0xffff_ffff)
    refuse(0, 0xffff_ffff)
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(100e6)
})

/** The offsets of all bytes but those inside of long runs of zeros. */
function telling(file: Buffer): number[] {
  const near = (at: number) => file.subarray(Math.max(0, at - 16), at + 16).some((byte) => byte !== 0)
  return span(0, file.length, 1).filter(near)
}

function span(from: number, to: number, step = 4): number[] {
  return Array.from({ length: (to - from) / step }, (_, index) => from + step * index)
}
