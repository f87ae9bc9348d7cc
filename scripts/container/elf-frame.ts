import { ELF_HEADER_BYTES, type Elf, type ElfRange, type ElfSection } from "../lib/elf.ts"
import { roundUp, u64 } from "./bytes.ts"
import type { Payload } from "./container.ts"
import { unrecognised } from "./failures.ts"
import { SECTION_LENGTH_BYTES } from "./layout.ts"
import { cut, type Edit, type Piece } from "./pieces.ts"

/** The section's name. */
export const SECTION = ".bun"

/** What an ELF file is written from around a payload. Offsets and edits are those of the file as it is. */
export interface ElfFrame {
  elf: Elf
  /** What the kernel loads in. */
  page: number
  /** From its start to here, the file stays ahead of the section. */
  kept: number
  /** Where the section starts; what is between is zeros. */
  section: number
  /** From here to its end, the file follows the section's segment. */
  tail: number
  fileLength: number
  sectionHeader: number
  /** The segment that ends with the section. */
  segment: { header: number; offset: number }
  /** What else differs ahead of the section, and behind it. */
  headEdits: Edit[]
  tailEdits: Edit[]
}

/**
 * Gives the file around a payload. Of the file only numbers change that follow from the payload's length: the size of
 * the section and of its segment, and the offsets of what is behind it, which moves by whole pages.
 */
export function writeAround<File extends Piece>(
  file: File,
  frame: ElfFrame,
  payload: Payload,
): (File | Uint8Array)[] {
  const size = SECTION_LENGTH_BYTES + payload.bytes
  const end = roundUp(frame.section + size, frame.page)
  return [
    ...cut(file, 0, frame.kept, [...frame.headEdits, ...editHead(frame, end)]),
    new Uint8Array(frame.section - frame.kept),
    u64(payload.bytes),
    ...payload.pieces,
    new Uint8Array(end - frame.section - size),
    ...cut(file, frame.tail, frame.fileLength, [...frame.tailEdits, ...editTail(frame, size, end)]),
  ].filter(({ length }) => length > 0)
}

function editHead({ elf, tail, segment }: ElfFrame, end: number): Edit[] {
  const size = u64(end - segment.offset)
  return [
    { at: SECTION_TABLE_OFFSET, bytes: u64(elf.sectionTable.offset + end - tail) },
    { at: segment.header + SEGMENT_SIZE, bytes: size },
    { at: segment.header + SEGMENT_MEMORY_SIZE, bytes: size },
  ]
}

function editTail({ elf, tail, sectionHeader }: ElfFrame, size: number, end: number): Edit[] {
  const moved = elf.sections.filter(({ allocated, offset }) => !allocated && offset >= tail)
  return [
    { at: sectionHeader + SECTION_SIZE, bytes: u64(size) },
    ...moved.map(({ header, offset }) => ({ at: header + SECTION_OFFSET, bytes: u64(offset + end - tail) })),
  ]
}

/** Where numbers stand in the headers, all u64. */
const SECTION_TABLE_OFFSET = 40
const SEGMENT_SIZE = 32
const SEGMENT_MEMORY_SIZE = 40
export const SECTION_ADDRESS = 16
export const SECTION_OFFSET = 24
const SECTION_SIZE = 32

/** @throws Failure when there are several */
export function findSection(elf: Elf): ElfSection | undefined {
  const [section, ...more] = elf.sections.filter(({ name }) => name === SECTION)
  if (more.length > 0) throw unrecognised(`the count of sections ${SECTION}`, more.length + 1, "0 or 1")
  return section
}

/** The page that Bun counts with, whatever the alignments in the file say. @throws Failure for other processors */
export function pageOf({ machine }: Elf): number {
  const page = PAGES.get(machine)
  if (page) return page
  throw unrecognised("the machine", machine, `${[...PAGES.keys()].join(" or ")}: x86-64 or AArch64`)
}

const PAGES = new Map([
  [62, 0x1000],
  [183, 0x10000],
])

/** The segments' headers must be ahead of the section, and the sections' behind it, at the file's end. */
export function requireHeaders(elf: Elf, kept: number, tail: number, fileLength: number): void {
  const requireBetween = (name: string, { offset, size }: ElfRange, from: number, to: number) => {
    if (offset < from || offset + size > to)
      throw unrecognised(
        `an ELF header: the ${name} table at offset`,
        offset,
        `between ${from} and ${to - size}`,
      )
  }
  requireBetween("program header", elf.segmentTable, ELF_HEADER_BYTES, kept)
  requireBetween("section header", elf.sectionTable, tail, fileLength)
  const end = elf.sectionTable.offset + elf.sectionTable.size
  if (end !== fileLength)
    throw unrecognised("the end of the section header table", end, `${fileLength}, the file's length`)
}
