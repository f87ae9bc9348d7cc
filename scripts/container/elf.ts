import { unrecognised } from "./failures.ts"
import { FieldReader } from "./field-reader.ts"

/** What is read of an ELF64 little-endian file. All offsets count from the file's start, in bytes. */
export interface Elf {
  sections: ElfSection[]
  /** The segments that are loaded (PT_LOAD). */
  segments: ElfSegment[]
  /** What describes the file itself: its header and both header tables. */
  headers: ElfRange[]
  /** The end of the section header table, which linkers put last. */
  end: number
}

/** Bytes in the file. */
export interface ElfRange {
  offset: number
  size: number
}

export interface ElfSection extends ElfRange {
  name: string
  address: number
  alignment: number
}

export interface ElfSegment extends ElfRange {
  address: number
  writable: boolean
}

const HEADER_BYTES = 64
const SECTION_HEADER_BYTES = 64
const PROGRAM_HEADER_BYTES = 56
const MOST_HEADERS = 128
const LONGEST_NAME = 256
const PT_LOAD = 1
const PF_W = 2
const SHT_NOBITS = 8

/**
 * Reads the section and program headers of an executable (System V ABI, ELF-64 object file format).
 * @throws Failure when it is not an ELF64 little-endian file, or a header points outside of it
 */
export function readElf(file: Uint8Array): Elf {
  const reader = new FieldReader(file)
  requireElf64(reader)
  const sectionTable = readTable(reader, "section header", 40, 58, 60, SECTION_HEADER_BYTES)
  const programTable = readTable(reader, "program header", 32, 54, 56, PROGRAM_HEADER_BYTES)
  return {
    sections: readSections(reader, sectionTable),
    segments: readSegments(reader, programTable),
    headers: [{ offset: 0, size: HEADER_BYTES }, sectionTable, programTable],
    end: sectionTable.offset + sectionTable.size,
  }
}

interface Table extends ElfRange {
  count: number
}

function requireElf64(reader: FieldReader): void {
  if (reader.bytes.length < HEADER_BYTES)
    throw unrecognised("the file's length", reader.bytes.length, `at least ${HEADER_BYTES}, an ELF header`)
  const magic = Buffer.from(reader.slice("the file's magic", 0, 6)).toString("hex")
  if (magic !== "7f454c460201")
    throw unrecognised("the file's magic", magic, "7f454c460201: a Linux executable, ELF64 little-endian")
}

function readTable(
  reader: FieldReader,
  name: string,
  offsetAt: number,
  sizeAt: number,
  countAt: number,
  size: number,
): Table {
  const entrySize = reader.u16(`the ${name} size`, sizeAt)
  if (entrySize !== size) throw unrecognised(`the ${name} size`, entrySize, `${size}`)
  const count = reader.u16(`the ${name} count`, countAt)
  if (count === 0 || count > MOST_HEADERS)
    throw unrecognised(`the ${name} count`, count, `from 1 to ${MOST_HEADERS}`)
  const offset = reader.u64(`the ${name} offset`, offsetAt, reader.bytes.length)
  reader.slice(`the ${name} table`, offset, count * size)
  return { offset, count, size: count * size }
}

function readSections(reader: FieldReader, table: Table): ElfSection[] {
  const at = (index: number) => table.offset + index * SECTION_HEADER_BYTES
  const namesIndex = reader.u16("the section name table's index", 62)
  if (namesIndex >= table.count)
    throw unrecognised(
      "the section name table's index",
      namesIndex,
      `below ${table.count}, the section count`,
    )
  const names = readRange(reader, "the section name table", at(namesIndex) + 24, at(namesIndex) + 32)
  const nameBytes = reader.slice("the section name table", names.offset, names.size)
  return Array.from({ length: table.count }, (_, index) => {
    const field = `section ${index}`
    const inFile = reader.u32(field, at(index) + 4) !== SHT_NOBITS
    const range = inFile ? readRange(reader, field, at(index) + 24, at(index) + 32) : { offset: 0, size: 0 }
    return {
      name: readName(nameBytes, field, reader.u32(field, at(index))),
      address: reader.u64(`${field}: address`, at(index) + 16, Number.MAX_SAFE_INTEGER),
      alignment: reader.u64(`${field}: alignment`, at(index) + 48, Number.MAX_SAFE_INTEGER),
      ...range,
    }
  })
}

function readSegments(reader: FieldReader, table: Table): ElfSegment[] {
  const segments: ElfSegment[] = []
  for (let index = 0; index < table.count; index++) {
    const at = table.offset + index * PROGRAM_HEADER_BYTES
    const field = `segment ${index}`
    if (reader.u32(field, at) !== PT_LOAD) continue
    segments.push({
      ...readRange(reader, field, at + 8, at + 32),
      address: reader.u64(`${field}: address`, at + 16, Number.MAX_SAFE_INTEGER),
      writable: (reader.u32(field, at + 4) & PF_W) !== 0,
    })
  }
  return segments
}

/** An offset and a size, u64 each, that stay inside the file. */
function readRange(reader: FieldReader, field: string, offsetAt: number, sizeAt: number): ElfRange {
  const offset = reader.u64(`${field}: offset`, offsetAt, reader.bytes.length)
  const size = reader.u64(`${field}: size`, sizeAt, reader.bytes.length)
  reader.slice(field, offset, size)
  return { offset, size }
}

function readName(names: Uint8Array, field: string, offset: number): string {
  if (offset >= names.length) throw unrecognised(`${field}: name offset`, offset, `below ${names.length}`)
  const end = names.subarray(offset, offset + LONGEST_NAME).indexOf(0)
  if (end < 0) throw unrecognised(`${field}: name`, "without an end", `at most ${LONGEST_NAME} bytes`)
  return Buffer.from(names.subarray(offset, offset + end)).toString("latin1")
}
