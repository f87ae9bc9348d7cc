import { FieldReader, type Refuse } from "./field-reader.ts"
import type { RandomAccess } from "./random-access.ts"

/** What is read of an ELF64 little-endian file. All offsets count from the file's start, in bytes. */
export interface Elf {
  /** For which processor: 62 x86-64, 183 AArch64. */
  machine: number
  sections: ElfSection[]
  segments: ElfSegment[]
  /** Where the headers of both stand. */
  sectionTable: ElfRange
  segmentTable: ElfRange
}

/** Bytes in the file. */
export interface ElfRange {
  offset: number
  size: number
}

/** One that has no bytes in the file (NOBITS) has offset and size 0. */
export interface ElfSection extends ElfRange {
  /** Where its header stands. */
  header: number
  name: string
  type: number
  /** Whether it is loaded into memory. */
  allocated: boolean
  address: number
  alignment: number
  /** The index of the section that this one refers to. */
  link: number
}

export interface ElfSegment extends ElfRange {
  /** Where its header stands. */
  header: number
  type: number
  writable: boolean
  address: number
  /** What is above `size` is zeros in memory. */
  memorySize: number
}

/** Bytes of the header at the file's start, of a section's and of a segment's. */
export const ELF_HEADER_BYTES = 64
const SECTION_HEADER_BYTES = 64
const SEGMENT_HEADER_BYTES = 56

/** Types of segments and sections. */
export const PT_LOAD = 1
export const PT_GNU_STACK = 0x6474e551
export const SHT_DYNSYM = 11
const SHT_NOBITS = 8

const MOST_HEADERS = 128
const LONGEST_NAME = 256
const PF_W = 2
const SHF_ALLOC = 2

/**
 * Reads the section and segment headers of an ELF file (System V ABI, ELF-64 object file format). Throws what `refuse`
 * makes when it is not ELF64 little-endian, or a header points outside of it.
 */
export function readElf(file: RandomAccess, refuse: Refuse): Elf {
  const reader = new FieldReader(file, refuse)
  requireElf64(reader, refuse)
  const read = { reader, refuse }
  const sectionTable = readTable(read, "section header", 40, 58, 60, SECTION_HEADER_BYTES)
  const segmentTable = readTable(read, "program header", 32, 54, 56, SEGMENT_HEADER_BYTES)
  return {
    machine: reader.u16("the machine", 18),
    sections: readSections(read, sectionTable),
    segments: readSegments(read, segmentTable),
    sectionTable,
    segmentTable,
  }
}

interface Read {
  reader: FieldReader
  refuse: Refuse
}

interface Table extends ElfRange {
  count: number
}

function requireElf64(reader: FieldReader, refuse: Refuse): void {
  if (reader.length < ELF_HEADER_BYTES)
    throw refuse("the file's length", reader.length, `at least ${ELF_HEADER_BYTES}, an ELF header`)
  const magic = Buffer.from(reader.slice("the file's magic", 0, 6)).toString("hex")
  if (magic !== "7f454c460201")
    throw refuse("the file's magic", magic, "7f454c460201: a Linux executable, ELF64 little-endian")
}

function readTable(
  { reader, refuse }: Read,
  name: string,
  offsetAt: number,
  sizeAt: number,
  countAt: number,
  size: number,
): Table {
  const entrySize = reader.u16(`the ${name} size`, sizeAt)
  if (entrySize !== size) throw refuse(`the ${name} size`, entrySize, `${size}`)
  const count = reader.u16(`the ${name} count`, countAt)
  if (count === 0 || count > MOST_HEADERS)
    throw refuse(`the ${name} count`, count, `from 1 to ${MOST_HEADERS}`)
  const offset = reader.u64(`the ${name} offset`, offsetAt, reader.length)
  reader.requireInside(`the ${name} table`, offset, count * size)
  return { offset, count, size: count * size }
}

function readSections({ reader, refuse }: Read, table: Table): ElfSection[] {
  const at = (index: number) => table.offset + index * SECTION_HEADER_BYTES
  const namesIndex = reader.u16("the section name table's index", 62)
  if (namesIndex >= table.count)
    throw refuse("the section name table's index", namesIndex, `below ${table.count}, the section count`)
  const names = readRange(reader, "the section name table", at(namesIndex) + 24, at(namesIndex) + 32)
  const nameBytes = reader.slice("the section name table", names.offset, names.size)
  return Array.from({ length: table.count }, (_, index) => {
    const [field, header] = [`section ${index}`, at(index)]
    const type = reader.u32(field, header + 4)
    const inFile = type !== SHT_NOBITS
    return {
      header,
      name: readName(nameBytes, field, reader.u32(field, header), refuse),
      type,
      allocated: (reader.u32(field, header + 8) & SHF_ALLOC) !== 0,
      address: reader.u64(`${field}: address`, header + 16, Number.MAX_SAFE_INTEGER),
      alignment: reader.u64(`${field}: alignment`, header + 48, Number.MAX_SAFE_INTEGER),
      link: reader.u32(field, header + 40),
      ...(inFile ? readRange(reader, field, header + 24, header + 32) : { offset: 0, size: 0 }),
    }
  })
}

function readSegments({ reader }: Read, table: Table): ElfSegment[] {
  return Array.from({ length: table.count }, (_, index) => {
    const [field, header] = [`segment ${index}`, table.offset + index * SEGMENT_HEADER_BYTES]
    return {
      header,
      type: reader.u32(field, header),
      writable: (reader.u32(field, header + 4) & PF_W) !== 0,
      address: reader.u64(`${field}: address`, header + 16, Number.MAX_SAFE_INTEGER),
      memorySize: reader.u64(`${field}: size in memory`, header + 40, Number.MAX_SAFE_INTEGER),
      ...readRange(reader, field, header + 8, header + 32),
    }
  })
}

/** An offset and a size, u64 each, that stay inside the file. */
function readRange(reader: FieldReader, field: string, offsetAt: number, sizeAt: number): ElfRange {
  const offset = reader.u64(`${field}: offset`, offsetAt, reader.length)
  const size = reader.u64(`${field}: size`, sizeAt, reader.length)
  reader.requireInside(field, offset, size)
  return { offset, size }
}

function readName(names: Uint8Array, field: string, offset: number, refuse: Refuse): string {
  if (offset >= names.length) throw refuse(`${field}: name offset`, offset, `below ${names.length}`)
  const end = names.subarray(offset, offset + LONGEST_NAME).indexOf(0)
  if (end < 0) throw refuse(`${field}: name`, "without an end", `at most ${LONGEST_NAME} bytes`)
  return Buffer.from(names.subarray(offset, offset + end)).toString("latin1")
}
