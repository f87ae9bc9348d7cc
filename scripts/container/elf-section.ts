import { type Elf, type ElfRange, type ElfSection, type ElfSegment, PT_LOAD, readElf } from "../lib/elf.ts"
import { FieldReader } from "../lib/field-reader.ts"
import { allZero, roundUp, u64 } from "./bytes.ts"
import type { Container, Location } from "./container.ts"
import { type ElfFrame, findSection, pageOf, requireHeaders, SECTION, writeAround } from "./elf-frame.ts"
import { addSegment, extendLastSegment } from "./elf-stock.ts"
import { unrecognised } from "./failures.ts"
import { requireSectionPayload, SECTION_LENGTH_BYTES } from "./layout.ts"

/**
 * The section `.bun` of a Linux executable is the payload's length as u64 and the payload. It ends the last of what is
 * loaded; only what describes the file (symbols, names, section headers) follows.
 */
export const elfSection: Container = {
  locate(file) {
    const elf = readElf(file, unrecognised)
    const section = findSection(elf)
    return section && locateIn(file, elf, section)
  },
}

function locateIn(file: Uint8Array, elf: Elf, section: ElfSection): Location {
  const reader = new FieldReader(file, unrecognised)
  requireSectionPayload(reader, section.offset, endOf(section))
  const segment = requireLoaded(elf, section)
  requireZeros(file, section, segment, pageOf(elf))
  requireLast(elf, section, segment)
  requireHeaders(elf, section.offset, endOf(segment), file.length)
  requirePointer(file, elf, section)
  return at(frameOf(elf, section, segment, file.length), section, isOwn(section, segment))
}

function at(frame: ElfFrame, section: ElfSection, own: boolean): Location {
  return {
    layout: "elf-section",
    start: section.offset + SECTION_LENGTH_BYTES,
    end: endOf(section),
    length: frame.kept + frame.fileLength - frame.tail,
    rewrite: (file, payload) => writeAround(file, frame, payload),
    embedIn(bun) {
      const inBun = (own ? addSegment : extendLastSegment)(bun)
      return (file, payload) => writeAround(file, inBun, payload)
    },
  }
}

/** What Bun 1.3.12 and 1.3.13 do; later ones extend the last segment. */
const isOwn = (section: ElfSection, segment: ElfSegment) => segment.offset === section.offset

function frameOf(elf: Elf, section: ElfSection, segment: ElfSegment, fileLength: number): ElfFrame {
  return {
    elf,
    page: pageOf(elf),
    kept: section.offset,
    section: section.offset,
    tail: endOf(segment),
    fileLength,
    sectionHeader: section.header,
    segment,
    headEdits: [],
    tailEdits: [],
  }
}

function endOf({ offset, size }: ElfRange): number {
  return offset + size
}

/** One segment must load the section, to the section's address, or the kernel would map something else. */
function requireLoaded(elf: Elf, section: ElfSection): ElfSegment {
  const around = elf.segments.filter(
    (segment) =>
      segment.type === PT_LOAD && segment.offset <= section.offset && endOf(section) <= endOf(segment),
  )
  const segment = around[0]
  if (!segment || around.length > 1)
    throw unrecognised(`the count of segments that load section ${SECTION}`, around.length, "1")
  const address = segment.address + (section.offset - segment.offset)
  if (section.address !== address)
    throw unrecognised(`the address of section ${SECTION}`, section.address, `${address}, where it is loaded`)
  return segment
}

/** The segment has nothing behind the section but zeros, up to the page's end, in the file and in memory. */
function requireZeros(file: Uint8Array, section: ElfSection, segment: ElfSegment, page: number): void {
  const end = roundUp(endOf(section), page)
  if (endOf(segment) !== end)
    throw unrecognised(`the end of the segment of section ${SECTION}`, endOf(segment), `${end}, a page's end`)
  if (segment.memorySize !== segment.size)
    throw unrecognised(
      `the size in memory of the segment of section ${SECTION}`,
      segment.memorySize,
      `${segment.size}, as in the file`,
    )
  if (!allZero(file.subarray(endOf(section), end)))
    throw unrecognised(`what follows section ${SECTION} in its segment`, "not empty", "zeros up to its end")
}

/** Nothing that is loaded may come after the section, or it would have to move; and nothing may lie inside. */
function requireLast(elf: Elf, section: ElfSection, segment: ElfSegment): void {
  for (const other of elf.segments) {
    if (other.header === segment.header) continue
    if (other.size > 0 && endOf(other) > section.offset)
      throw unrecognised(
        "the end of another segment",
        endOf(other),
        `at most ${section.offset}, where the graph starts`,
      )
    const end = other.address + other.memorySize
    if (other.type === PT_LOAD && end > section.address)
      throw unrecognised(
        "the end of another segment in memory",
        end,
        `at most ${section.address}, the graph's`,
      )
  }
  for (const other of elf.sections) {
    if (other.header === section.header || other.size === 0 || endOf(other) <= section.offset) continue
    if (other.offset < endOf(segment) || other.allocated)
      throw unrecognised(
        "a section at offset",
        other.offset,
        `outside of the graph, and not loaded behind it`,
      )
  }
}

/**
 * Bun finds the payload through a u64, at the place that the section had in the stock executable: in a writable
 * segment, aligned as the section is. Without a symbol for that place, exactly one such u64 must hold the address.
 */
function requirePointer(file: Uint8Array, elf: Elf, section: ElfSection): void {
  const step = section.alignment
  if (step < SMALLEST_PAGE || step > file.length)
    throw unrecognised(
      `the alignment of section ${SECTION}`,
      step,
      `from ${SMALLEST_PAGE} to the file's length`,
    )
  const address = u64(section.address)
  let found = 0
  for (const { type, writable, offset, size, address: start } of elf.segments) {
    if (type !== PT_LOAD || !writable) continue
    const bytes = Buffer.from(
      file.buffer,
      file.byteOffset + offset,
      Math.max(0, Math.min(size, section.offset - offset)),
    )
    for (let at = bytes.indexOf(address); at >= 0; at = bytes.indexOf(address, at + 1))
      if ((start + at) % step === 0) found++
  }
  if (found !== 1) throw unrecognised(`the count of pointers to section ${SECTION}`, found, "1")
}

const SMALLEST_PAGE = 4096
