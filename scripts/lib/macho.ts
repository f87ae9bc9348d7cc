import { FieldReader, type Refuse } from "./field-reader.ts"
import type { RandomAccess } from "./random-access.ts"

/** What is read of a 64-bit Mach-O executable, as macOS has it. All offsets count from the file's start, in bytes. */
export interface Macho {
  /** For which processor: 0x01000007 x86-64, 0x0100000c AArch64. */
  machine: number
  segments: MachoSegment[]
  /** Where in the headers the offsets stand of what the last segment, `__LINKEDIT`, holds. Zero means: it holds none. */
  linkEditOffsets: { at: number; value: number }[]
  /** Where the command stands that says where the code signature is. */
  signature: { command: number; offset: number; size: number }
  /** Where the commands end. */
  headersEnd: number
}

export interface MachoSegment {
  /** Where its command stands. */
  command: number
  name: string
  address: number
  memorySize: number
  offset: number
  size: number
  sections: MachoSection[]
}

export interface MachoSection {
  /** Where its header stands. */
  header: number
  name: string
  address: number
  size: number
  offset: number
}

export const CPU_AARCH64 = 0x0100_000c
/** Where in a segment's command, all u64. */
export const SEGMENT_ADDRESS = 24
export const SEGMENT_MEMORY_SIZE = 32
export const SEGMENT_OFFSET = 40
export const SEGMENT_SIZE = 48
/** Where in a section's header. */
export const SECTION_SIZE = 40
export const SECTION_ALIGNMENT = 52
export const SECTION_FLAGS = 64
/** Where in the command of something that `__LINKEDIT` holds. */
export const DATA_SIZE = 12

const MAGIC = "cffaedfe"
const HEADER_BYTES = 32
const SEGMENT_BYTES = 72
const SECTION_BYTES = 80
const MOST_COMMANDS = 256
const EXECUTABLE = 2

const SEGMENT_64 = 0x19
const CODE_SIGNATURE = 0x1d

/** By command, where in it the offsets stand of what `__LINKEDIT` holds. */
const LINKEDIT = new Map([
  [0x2, [8, 16]], // SYMTAB
  [0xb, [32, 40, 48, 56, 64, 72]], // DYSYMTAB
  [CODE_SIGNATURE, [8]],
  [0x26, [8]], // FUNCTION_STARTS
  [0x29, [8]], // DATA_IN_CODE
  [0x8000_0033, [8]], // DYLD_EXPORTS_TRIE
  [0x8000_0034, [8]], // DYLD_CHAINED_FIXUPS
])

/**
 * Commands that say nothing of a place in the file, but MAIN, whose place is in the code, ahead of everything:
 * LOAD_DYLIB, LOAD_WEAK_DYLIB, LOAD_DYLINKER, UUID, RPATH, SOURCE_VERSION, BUILD_VERSION.
 */
const PLACELESS = new Set([0xc, 0x8000_0018, 0xe, 0x1b, 0x8000_001c, 0x2a, 0x32, 0x8000_0028])

/** Whether a file starts as 64-bit executables of macOS do. */
export function isMacho(file: RandomAccess): boolean {
  return file.length >= 4 && Buffer.from(file.subarray(0, 4)).toString("hex") === MAGIC
}

/**
 * Reads the load commands of a Mach-O executable (Apple's `mach-o/loader.h`). Throws what `refuse` makes when it is none,
 * when a command points outside of it, and for a command that is not known: it might say where something stands.
 */
export function readMacho(file: RandomAccess, refuse: Refuse): Macho {
  const reader = new FieldReader(file, refuse)
  const type = reader.u32("the file's type", 12)
  if (!isMacho(file) || type !== EXECUTABLE) throw refuse("the file's type", type, "2, an executable")
  const macho: Macho = {
    machine: reader.u32("the machine", 4),
    segments: [],
    linkEditOffsets: [],
    signature: { command: 0, offset: 0, size: 0 },
    headersEnd: HEADER_BYTES + reader.u32("the commands' length", 20),
  }
  const count = reader.u32("the command count", 16)
  if (count === 0 || count > MOST_COMMANDS)
    throw refuse("the command count", count, `from 1 to ${MOST_COMMANDS}`)
  let at = HEADER_BYTES
  for (let index = 0; index < count; index++) at += readCommand({ reader, refuse }, macho, index, at)
  if (at !== macho.headersEnd) throw refuse("the commands' end", macho.headersEnd, `${at}`)
  if (macho.signature.command === 0) throw refuse("the count of code signatures", 0, "1")
  return macho
}

interface Read {
  reader: FieldReader
  refuse: Refuse
}

/** @returns how long the command is */
function readCommand({ reader, refuse }: Read, macho: Macho, index: number, at: number): number {
  const field = `command ${index}`
  const [command, size] = [reader.u32(field, at), reader.u32(`${field}: length`, at + 4)]
  if (size < 8 || size % 8 !== 0) throw refuse(`${field}: length`, size, "a multiple of 8, at least 8")
  reader.requireInside(field, at, size)
  const offsets = LINKEDIT.get(command)
  if (command === SEGMENT_64) macho.segments.push(readSegment({ reader, refuse }, field, at, size))
  else if (offsets) {
    if (size < Math.max(...offsets) + 8) throw refuse(`${field}: length`, size, "as long as what it says")
    for (const offset of offsets)
      macho.linkEditOffsets.push({ at: at + offset, value: reader.u32(field, at + offset) })
  } else if (!PLACELESS.has(command)) throw refuse(field, `0x${command.toString(16)}`, "one that is known")
  if (command === CODE_SIGNATURE) {
    if (macho.signature.command > 0) throw refuse("the count of code signatures", 2, "1")
    const [offset, bytes] = [reader.u32(field, at + 8), reader.u32(field, at + DATA_SIZE)]
    reader.requireInside("the code signature", offset, bytes)
    macho.signature = { command: at, offset, size: bytes }
  }
  return size
}

function readSegment({ reader, refuse }: Read, field: string, at: number, size: number): MachoSegment {
  const count = reader.u32(`${field}: section count`, at + 64)
  if (size !== SEGMENT_BYTES + count * SECTION_BYTES)
    throw refuse(
      `${field}: length`,
      size,
      `${SEGMENT_BYTES} and ${SECTION_BYTES} for each of ${count} sections`,
    )
  const segment = {
    command: at,
    name: readName(reader, field, at + 8),
    address: reader.u64(`${field}: address`, at + SEGMENT_ADDRESS, Number.MAX_SAFE_INTEGER),
    memorySize: reader.u64(`${field}: size in memory`, at + SEGMENT_MEMORY_SIZE, Number.MAX_SAFE_INTEGER),
    offset: reader.u64(`${field}: offset`, at + SEGMENT_OFFSET, reader.length),
    size: reader.u64(`${field}: size`, at + SEGMENT_SIZE, reader.length),
    sections: Array.from({ length: count }, (_, index) =>
      readSection(
        { reader, refuse },
        `${field}: section ${index}`,
        at + SEGMENT_BYTES + index * SECTION_BYTES,
      ),
    ),
  }
  reader.requireInside(field, segment.offset, segment.size)
  return segment
}

function readSection({ reader, refuse }: Read, field: string, header: number): MachoSection {
  const relocations = reader.u32(`${field}: relocations`, header + 60)
  if (relocations !== 0)
    throw refuse(`the count of relocations of ${field}`, relocations, "0 in an executable")
  return {
    header,
    name: readName(reader, field, header),
    address: reader.u64(`${field}: address`, header + 32, Number.MAX_SAFE_INTEGER),
    size: reader.u64(`${field}: size`, header + SECTION_SIZE, Number.MAX_SAFE_INTEGER),
    offset: reader.u32(`${field}: offset`, header + 48),
  }
}

function readName(reader: FieldReader, field: string, at: number): string {
  const bytes = reader.slice(`${field}: name`, at, 16)
  return Buffer.from(bytes).toString("latin1").replace(/\0+$/, "")
}
