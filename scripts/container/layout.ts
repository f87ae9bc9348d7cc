import type { FieldReader } from "../lib/field-reader.ts"
import { sameBytes } from "./bytes.ts"
import { unrecognised } from "./failures.ts"

/*
 * The numbers of Bun's format, as `StandaloneModuleGraph.toBytes` writes it (the same in 1.3.10, 1.3.13 and 1.3.14):
 *
 *   for each module, in the order of the records:
 *     [zeros up to the next offset that is 120 modulo 128] bytecode
 *     module info
 *     bytecode path, NUL
 *     name, NUL
 *     contents, NUL
 *     source map
 *   the records, 52 bytes each
 *   argv, NUL
 *   the offsets record, 32 bytes: u64 bytes of all above; u32 offset and length of the records; u32 entry;
 *     u32 offset and length of argv; u32 flags
 *   "\n---- Bun! ----\n"
 *
 * All of it is the payload. Offsets count from its start. Of the parts that a module may lack (bytecode, module info,
 * bytecode path, source map) nothing is written, and the record says 0, 0. Numbers are little-endian.
 */

export const TRAILER = new TextEncoder().encode("\n---- Bun! ----\n")
export const OFFSETS_BYTES = 32
export const RECORD_BYTES = 52
/** The bytes of a payload's end that do not count as its strings, records and argv. */
export const END_BYTES = OFFSETS_BYTES + TRAILER.length
/** Appended graphs end in the file's length as u64. */
export const TOTAL_BYTES = 8
/** A section starts with the payload's length as u64. */
export const SECTION_LENGTH_BYTES = 8

/** Where in a record the offset and length of each part are, and in which order the parts lie in the file. */
export const PARTS = [
  { part: "bytecode", at: 24, terminated: false, optional: true, aligned: true },
  { part: "moduleInfo", at: 32, terminated: false, optional: true, aligned: false },
  { part: "bytecodePath", at: 40, terminated: true, optional: true, aligned: false },
  { part: "name", at: 0, terminated: true, optional: false, aligned: false },
  { part: "contents", at: 8, terminated: true, optional: false, aligned: false },
  { part: "sourceMap", at: 16, terminated: false, optional: true, aligned: false },
] as const

/** Where in a record the enumerations are, one byte each, and the highest value whose meaning is known. */
export const KINDS = [
  { part: "encoding", at: 48, highest: 2 },
  { part: "loader", at: 49, highest: 255 },
  { part: "format", at: 50, highest: 2 },
  { part: "side", at: 51, highest: 1 },
] as const

/** Limits of this project, far above what any release has, so that a hostile file cannot ask for much. */
export const MOST_MODULES = 65_536
export const LONGEST_NAME = 4096
export const LONGEST_ARGV = 65_536
/** Offsets are u32. */
export const MOST_PAYLOAD_BYTES = 0xffff_ffff

const BYTECODE_ALIGNMENT = 128

/** The first offset, from `cursor` on, at which bytecode may lie: with the 8 bytes before a payload it is aligned. */
export function alignBytecode(cursor: number): number {
  const remainder = (cursor + SECTION_LENGTH_BYTES) % BYTECODE_ALIGNMENT
  return remainder === 0 ? cursor : cursor + BYTECODE_ALIGNMENT - remainder
}

/**
 * A section holds the payload's length and the payload, and nothing else.
 * @param from where it starts in the file, `end` where it ends
 * @throws Failure when a length says otherwise, or there is no trailer
 */
export function requireSectionPayload(reader: FieldReader, from: number, end: number): void {
  const start = from + SECTION_LENGTH_BYTES
  const length = reader.u64("the length in section .bun", from, Number.MAX_SAFE_INTEGER)
  if (length !== end - start)
    throw unrecognised("the length in section .bun", length, `${end - start}, what the section holds`)
  requireTrailer(reader, end)
  const bytes = reader.u64("the graph's byte count", end - END_BYTES, reader.length)
  if (bytes !== end - END_BYTES - start)
    throw unrecognised("the graph's byte count", bytes, `${end - END_BYTES - start}, what the section holds`)
}

/** @throws Failure when there is no trailer in front of `end` */
export function requireTrailer(reader: FieldReader, end: number): void {
  const trailer = reader.slice("the trailer", end - TRAILER.length, TRAILER.length)
  if (sameBytes(trailer, TRAILER)) return
  const found = Buffer.from(trailer).toString("latin1")
  const expected = JSON.stringify(Buffer.from(TRAILER).toString())
  throw unrecognised("the trailer", found, `${expected}: there is no graph`)
}
