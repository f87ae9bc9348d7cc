import { type Elf, type ElfSection, type ElfSegment, PT_GNU_STACK, PT_LOAD, readElf } from "../lib/elf.ts"
import type { RandomAccess } from "../lib/random-access.ts"
import { allZero, roundUp, u64 } from "./bytes.ts"
import {
  type ElfFrame,
  findSection,
  pageOf,
  requireHeaders,
  SECTION,
  SECTION_ADDRESS,
  SECTION_OFFSET,
} from "./elf-frame.ts"
import { unrecognised } from "./failures.ts"

/*
 * What `bun build --compile` does with the stock Bun, whose section `.bun` is zeros, and in memory is not the last.
 * The section moves behind all that is loaded, and its address is written, as u64, to where it was.
 */

/**
 * Bun 1.3.14 and later make the last segment longer: its zeros in memory become zeros in the file, then comes the
 * section, and what was behind the segment stays behind it.
 * @throws Failure when the file is not such a Bun
 */
export function extendLastSegment(bun: RandomAccess): ElfFrame {
  const { elf, section, segment, page, address } = readStock(bun)
  const tail = segment.offset + segment.size
  const beyond = elf.segments.find(({ offset, size }) => size > 0 && offset + size > tail)
  if (beyond)
    throw unrecognised(
      "the end of another segment",
      beyond.offset + beyond.size,
      `at most ${tail}, the last one's`,
    )
  const place = segment.offset + address - segment.address
  if (place < tail || place - tail > MOST_ZEROS)
    throw unrecognised(
      "the size in memory of the last segment",
      segment.memorySize,
      `from ${segment.size} to ${segment.size + MOST_ZEROS}`,
    )
  requireHeaders(elf, section.offset, tail, bun.length)
  return {
    elf,
    page,
    kept: tail,
    section: place,
    tail,
    fileLength: bun.length,
    sectionHeader: section.header,
    segment,
    headEdits: [{ at: section.offset, bytes: u64(address) }],
    tailEdits: moveSection(section, address, place),
  }
}

/**
 * Bun 1.3.12 and 1.3.13 put the section behind the whole file, into a segment of its own, whose header stands in the
 * place of the one for the stack; the section headers are written once more behind it.
 * @throws Failure when the file is not such a Bun
 */
export function addSegment(bun: RandomAccess): ElfFrame {
  const { elf, section, page, address } = readStock(bun)
  const stack = elf.segments.find(({ type }) => type === PT_GNU_STACK)
  if (!stack) throw unrecognised("the count of segments for the stack", 0, "1")
  const place = roundUp(bun.length, page)
  requireHeaders(elf, section.offset, section.offset, bun.length)
  return {
    elf,
    page,
    kept: bun.length,
    section: place,
    tail: elf.sectionTable.offset,
    fileLength: bun.length,
    sectionHeader: section.header,
    segment: { header: stack.header, offset: place },
    headEdits: [
      { at: section.offset, bytes: u64(address) },
      { at: stack.header, bytes: READABLE_LOAD },
      ...[place, address, address].map((value, index) => ({
        at: stack.header + 8 + 8 * index,
        bytes: u64(value),
      })),
      { at: stack.header + 48, bytes: u64(page) },
    ],
    tailEdits: moveSection(section, address, place),
  }
}

/** The address of the section is written into its old place. */
const POINTER_BYTES = 8
/** Far above what a Bun has. */
const MOST_ZEROS = 1 << 26
/** The type and the flags of a segment. */
const READABLE_LOAD = new Uint8Array([PT_LOAD, 0, 0, 0, 4, 0, 0, 0])

function moveSection({ header }: ElfSection, address: number, offset: number) {
  return [
    { at: header + SECTION_ADDRESS, bytes: u64(address) },
    { at: header + SECTION_OFFSET, bytes: u64(offset) },
  ]
}

interface StockBun {
  elf: Elf
  section: ElfSection
  /** The last one in memory, which holds the section. */
  segment: ElfSegment
  page: number
  /** The first page behind all that is loaded. */
  address: number
}

function readStock(bun: RandomAccess): StockBun {
  const elf = readElf(bun, unrecognised)
  const page = pageOf(elf)
  const section = findSection(elf)
  if (!section) throw unrecognised(`the count of sections ${SECTION}`, 0, "1 in a stock Bun")
  const end = section.offset + section.size
  if (section.size < POINTER_BYTES)
    throw unrecognised(
      `the size of section ${SECTION} of the stock Bun`,
      section.size,
      `at least ${POINTER_BYTES}`,
    )
  if (!allZero(bun.subarray(section.offset, end)))
    throw unrecognised(`section ${SECTION} of the stock Bun`, "not empty", "zeros")
  const loaded = elf.segments.filter(({ type }) => type === PT_LOAD)
  const segment = loaded.reduce<ElfSegment | undefined>(
    (last, other) => (last && last.address > other.address ? last : other),
    undefined,
  )
  if (!segment?.writable || section.offset < segment.offset || end > segment.offset + segment.size)
    throw unrecognised(
      `section ${SECTION} of the stock Bun`,
      "not there",
      "in the last segment, a writable one",
    )
  const highest = Math.max(...loaded.map(({ address, memorySize }) => address + memorySize))
  return { elf, section, segment, page, address: roundUp(highest, page) }
}
