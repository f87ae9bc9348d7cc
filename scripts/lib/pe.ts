import { FieldReader, type Refuse } from "./field-reader.ts"
import type { RandomAccess } from "./random-access.ts"

/** What is read of a PE32+ file, the executables of Windows. All offsets count from the file's start, in bytes. */
export interface Pe {
  /** For which processor: 0x8664 x86-64, 0xaa64 AArch64. */
  machine: number
  sections: PeSection[]
  /** Where the headers of sections stand, and where the file's headers end. */
  sectionTable: number
  headersEnd: number
  /** Where the optional header stands; what is edited of it is at offsets from there. */
  optional: number
  /** Where the count of sections stands. */
  countAt: number
  sectionAlignment: number
  fileAlignment: number
  imageSize: number
  /** What the loader finds things by; in memory, but the certificate's is in the file. */
  directories: PeDirectory[]
}

export interface PeSection {
  /** Where its header stands. */
  header: number
  name: string
  address: number
  memorySize: number
  offset: number
  size: number
  /** Whether it says where relocations and line numbers are, as an executable does not. */
  hasMore: boolean
  characteristics: number
}

export interface PeDirectory {
  start: number
  size: number
}

export const PE_SECTION_HEADER_BYTES = 40
/** Where in the optional header. */
export const PE_IMAGE_SIZE = 56
export const PE_CHECKSUM = 64
export const PE_DIRECTORIES = 112
/** The index of the directory that says where the certificate is. */
export const PE_SECURITY = 4

const COFF_BYTES = 20
const DOS_BYTES = 64
const MOST_HEADER_BYTES = 1 << 16
const MOST_SECTIONS = 96
const DIRECTORIES = 16

/** Whether a file starts as the executables of Windows do. */
export function isPe(file: RandomAccess): boolean {
  return file.length >= 2 && Buffer.from(file.subarray(0, 2)).toString("latin1") === "MZ"
}

/**
 * Reads the headers of a PE32+ file (Microsoft's "PE Format"). Throws what `refuse` makes when it is none, or a header
 * points outside of it.
 */
export function readPe(file: RandomAccess, refuse: Refuse): Pe {
  const reader = new FieldReader(file, refuse)
  const coff = findCoff(reader, refuse)
  const optional = coff + COFF_BYTES
  requirePlain(reader, coff, refuse)
  const count = reader.u16("the section count", coff + 2)
  if (count === 0 || count > MOST_SECTIONS)
    throw refuse("the section count", count, `from 1 to ${MOST_SECTIONS}`)
  const sectionTable = optional + PE_DIRECTORIES + DIRECTORIES * 8
  return {
    machine: reader.u16("the machine", coff),
    sections: readSections(reader, sectionTable, count),
    sectionTable,
    headersEnd: reader.u32("the headers' length", optional + 60),
    optional,
    countAt: coff + 2,
    sectionAlignment: readPowerOfTwo(reader, "the alignment of sections", optional + 32, refuse),
    fileAlignment: readPowerOfTwo(reader, "the alignment in the file", optional + 36, refuse),
    imageSize: reader.u32("the image's length", optional + PE_IMAGE_SIZE),
    directories: Array.from({ length: DIRECTORIES }, (_, index) => {
      const at = optional + PE_DIRECTORIES + 8 * index
      return {
        start: reader.u32(`directory ${index}`, at),
        size: reader.u32(`the length of directory ${index}`, at + 4),
      }
    }),
  }
}

/** @returns where the COFF header stands */
function findCoff(reader: FieldReader, refuse: Refuse): number {
  const at = reader.u32("the PE header's offset", DOS_BYTES - 4)
  if (at < DOS_BYTES || at > MOST_HEADER_BYTES)
    throw refuse("the PE header's offset", at, `from ${DOS_BYTES} to ${MOST_HEADER_BYTES}`)
  const magic = Buffer.from(reader.slice("the PE header", at, 4)).toString("latin1")
  if (magic !== "PE\0\0") throw refuse("the PE header", magic, '"PE\\0\\0"')
  return at + 4
}

/** Sixteen directories, and no table of symbols, which would stand behind everything. */
function requirePlain(reader: FieldReader, coff: number, refuse: Refuse): void {
  const optional = coff + COFF_BYTES
  const expected: [string, number, number][] = [
    ["the optional header's magic", reader.u16("the optional header's magic", optional), 0x20b],
    [
      "the optional header's length",
      reader.u16("the optional header's length", coff + 16),
      PE_DIRECTORIES + DIRECTORIES * 8,
    ],
    ["the directory count", reader.u32("the directory count", optional + PE_DIRECTORIES - 4), DIRECTORIES],
    ["the symbol table's offset", reader.u32("the symbol table's offset", coff + 8), 0],
  ]
  for (const [field, value, only] of expected) if (value !== only) throw refuse(field, value, `${only}`)
}

function readPowerOfTwo(reader: FieldReader, field: string, at: number, refuse: Refuse): number {
  const value = reader.u32(field, at)
  if (value >= 512 && value <= 65_536 && Number.isInteger(Math.log2(value))) return value
  throw refuse(field, value, "a power of two, from 512 to 65536")
}

function readSections(reader: FieldReader, table: number, count: number): PeSection[] {
  return Array.from({ length: count }, (_, index) => {
    const [field, header] = [`section ${index}`, table + index * PE_SECTION_HEADER_BYTES]
    const name = Buffer.from(reader.slice(`${field}: name`, header, 8)).toString("latin1")
    const section = {
      header,
      name: name.replace(/\0+$/, ""),
      memorySize: reader.u32(field, header + 8),
      address: reader.u32(field, header + 12),
      size: reader.u32(field, header + 16),
      offset: reader.u32(field, header + 20),
      hasMore: [24, 28, 32].some((at) => reader.u32(field, header + at) !== 0),
      characteristics: reader.u32(field, header + 36),
    }
    reader.requireInside(field, section.offset, section.size)
    return section
  })
}
