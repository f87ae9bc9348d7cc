import {
  PE_CHECKSUM,
  PE_DIRECTORIES,
  PE_IMAGE_SIZE,
  PE_SECTION_HEADER_BYTES,
  PE_SECURITY,
  type Pe,
  type PeDirectory,
} from "../lib/pe.ts"
import { roundUp, u16, u32, u64 } from "./bytes.ts"
import type { Payload } from "./container.ts"
import { unrecognised } from "./failures.ts"
import { SECTION_LENGTH_BYTES } from "./layout.ts"
import { cut, type Edit, type Piece, readPiecesSync } from "./pieces.ts"

/** The section's name. */
export const SECTION = ".bun"
/** Initialised data that is read. */
export const CHARACTERISTICS = 0x4000_0040

/** What a PE file is written from around a payload. */
export interface PeFrame {
  pe: Pe
  /** How many sections it has, `.bun` included, whose header is the last. */
  sections: number
  /** In memory, and in the file: up to there the file stays. */
  address: number
  offset: number
}

/**
 * Gives the file around a payload. The section is the last and ends the file: a certificate is dropped, for it would not
 * be right any more. Of what is ahead only numbers change that follow from the payload, the checksum among them.
 * @throws the file system's error when the file cannot be read, all of which the checksum is made from
 */
export function writeAround<File extends Piece>(
  file: File,
  frame: PeFrame,
  payload: Payload,
): (File | Uint8Array)[] {
  const size = SECTION_LENGTH_BYTES + payload.bytes
  const padding = roundUp(size, frame.pe.fileAlignment) - size
  const around = (checksum: number) =>
    [
      ...cut(file, 0, frame.offset, editHeaders(frame, size, checksum)),
      u64(payload.bytes),
      ...payload.pieces,
      new Uint8Array(padding),
    ].filter(({ length }) => length > 0)
  return around(checksumOf(around(0)))
}

function editHeaders({ pe, sections, address, offset }: PeFrame, size: number, checksum: number): Edit[] {
  const header = pe.sectionTable + (sections - 1) * PE_SECTION_HEADER_BYTES
  const image = roundUp(address + size, pe.sectionAlignment)
  if (image > 0xffff_ffff) throw unrecognised("the image's length", image, "below 4 GiB")
  return [
    { at: pe.countAt, bytes: u16(sections) },
    { at: pe.optional + PE_IMAGE_SIZE, bytes: u32(image) },
    { at: pe.optional + PE_CHECKSUM, bytes: u32(checksum) },
    { at: pe.optional + PE_DIRECTORIES + 8 * PE_SECURITY, bytes: u64(0) },
    { at: header, bytes: sectionHeader({ pe, size, address, offset }) },
  ]
}

function sectionHeader(of: { pe: Pe; size: number; address: number; offset: number }): Uint8Array {
  const { pe, size, address, offset } = of
  const bytes = Buffer.alloc(PE_SECTION_HEADER_BYTES)
  bytes.write(SECTION, "latin1")
  ;[size, address, roundUp(size, pe.fileAlignment), offset].forEach((value, index) => {
    bytes.writeUInt32LE(value, 8 + 4 * index)
  })
  bytes.writeUInt32LE(CHARACTERISTICS, 36)
  return bytes
}

/** The sum of all words, with carries added again, and the file's length; where it stands itself there must be zeros. */
function checksumOf(pieces: Piece[]): number {
  let [sum, length] = [0, 0]
  for (const chunk of readPiecesSync(pieces)) {
    let index = 0
    if (length % 2 === 1 && chunk.length > 0) sum += chunk[index++]! << 8
    for (; index + 1 < chunk.length; index += 2) sum += chunk[index]! | (chunk[index + 1]! << 8)
    if (index < chunk.length) sum += chunk[index]!
    length += chunk.length
  }
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000)
  return sum + length
}

/**
 * Sees to it that behind the sections there is a certificate, or nothing.
 * @param end where the last section ends
 * @returns the certificate's length
 */
export function requireCertificateOrEnd(pe: Pe, end: number, fileLength: number): number {
  const { start, size } = pe.directories[PE_SECURITY] as PeDirectory
  const from = size === 0 ? end : start
  if (size === 0 && start !== 0) throw unrecognised("the certificate's offset", start, "0, as it is empty")
  if (from !== end || from + size !== fileLength)
    throw unrecognised(
      "what follows the last section",
      `${fileLength - end} bytes`,
      `nothing, or the certificate, which is ${size} bytes from ${start} on`,
    )
  return size
}
