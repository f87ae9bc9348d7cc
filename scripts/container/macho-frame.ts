import {
  CPU_AARCH64,
  DATA_SIZE,
  type Macho,
  type MachoSection,
  type MachoSegment,
  SECTION_SIZE,
  SEGMENT_ADDRESS,
  SEGMENT_MEMORY_SIZE,
  SEGMENT_OFFSET,
  SEGMENT_SIZE,
} from "../lib/macho.ts"
import { roundUp, u32, u64 } from "./bytes.ts"
import type { Payload } from "./container.ts"
import { unrecognised } from "./failures.ts"
import { SECTION_LENGTH_BYTES } from "./layout.ts"
import { signAdHoc, signatureBytes } from "./macho-signature.ts"
import { cut, type Edit, type Piece } from "./pieces.ts"

/** The segment that holds the payload, and its only section. */
export const SEGMENT = "__BUN"
export const SECTION = "__bun"

/** What Bun rounds its segment to, on either processor. */
export const SEGMENT_PAGE = 0x4000

/** What a Mach-O file is written from around a payload. Offsets and edits are those of the file as it is. */
export interface MachoFrame {
  macho: Macho
  segment: MachoSegment
  section: MachoSection
  /** The last segment, which ends with the code signature. */
  linkEdit: MachoSegment
  /** How long the code is in the file, for the signature. */
  textBytes: number
  /** What else differs in the headers. */
  headEdits: Edit[]
}

/**
 * Gives the file around a payload. What is behind the section moves by whole pages, so of the headers only numbers change
 * that follow from the payload's length; then the file is signed anew, for the kernel starts no other on arm64.
 * @throws the file system's error when the file cannot be read, all of which is hashed
 */
export function writeAround<File extends Piece>(
  file: File,
  frame: MachoFrame,
  payload: Payload,
): (File | Uint8Array)[] {
  const { macho, segment, linkEdit } = frame
  const size = SECTION_LENGTH_BYTES + payload.bytes
  const segmentSize = roundUp(size, SEGMENT_PAGE)
  const shift = segmentSize - segment.size
  const edits = [
    ...frame.headEdits,
    { at: frame.section.header + SECTION_SIZE, bytes: u64(size) },
    { at: segment.command + SEGMENT_MEMORY_SIZE, bytes: u64(segmentSize) },
    { at: segment.command + SEGMENT_SIZE, bytes: u64(segmentSize) },
    ...editLinkEdit(frame, shift),
  ]
  const code = [
    ...cut(file, 0, segment.offset, edits),
    u64(payload.bytes),
    ...payload.pieces,
    new Uint8Array(segmentSize - size),
    ...cut(file, linkEdit.offset, macho.signature.offset),
  ].filter(({ length }) => length > 0)
  return [...code, signAdHoc(code, frame.textBytes)]
}

function editLinkEdit({ macho, linkEdit }: MachoFrame, shift: number): Edit[] {
  const codeLimit = macho.signature.offset + shift
  if (codeLimit > 0xffff_ffff) throw unrecognised("the signature's offset", codeLimit, "below 4 GiB")
  const signed = signatureBytes(codeLimit)
  const size = codeLimit - linkEdit.offset - shift + signed
  return [
    { at: linkEdit.command + SEGMENT_ADDRESS, bytes: u64(linkEdit.address + shift) },
    { at: linkEdit.command + SEGMENT_MEMORY_SIZE, bytes: u64(roundUp(size, pageOf(macho))) },
    { at: linkEdit.command + SEGMENT_OFFSET, bytes: u64(linkEdit.offset + shift) },
    { at: linkEdit.command + SEGMENT_SIZE, bytes: u64(size) },
    { at: macho.signature.command + DATA_SIZE, bytes: u32(signed) },
    ...macho.linkEditOffsets
      .filter(({ value }) => value > 0)
      .map(({ at, value }) => ({ at, bytes: u32(value + shift) })),
  ]
}

/** The page of the processor. */
function pageOf({ machine }: Macho): number {
  return machine === CPU_AARCH64 ? 0x4000 : 0x1000
}
