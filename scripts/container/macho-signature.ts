import { createHash } from "node:crypto"
import { FieldReader } from "../lib/field-reader.ts"
import type { Signature } from "./container.ts"
import { unrecognised } from "./failures.ts"
import { type Piece, readPiecesSync } from "./pieces.ts"

/*
 * The code signature of macOS, as Apple's `cs_blobs.h` has it; all numbers are big-endian. Ours names nobody ("ad hoc"): a
 * super blob with one code directory, which holds the sha256 of each page of the file ahead of it. A page is 4096 bytes,
 * the last one as long as it is.
 */
const SUPER_BLOB = 0xfade_0cc0
const CODE_DIRECTORY = 0xfade_0c02
const CERTIFICATES = 0xfade_0b01
const VERSION = 0x2_0400
/** Ad hoc, and by a linker: what `codesign` may replace without being told to. */
const FLAGS = 0x2_0002
const SHA256 = 2
const HASH_BYTES = 32
const PAGE_BITS = 12
const PAGE = 1 << PAGE_BITS
const MAIN_BINARY = 1

/** As linkers call what they sign. */
const IDENTIFIER = Buffer.from("a.out\0")
const SUPER_BLOB_BYTES = 20
const DIRECTORY_BYTES = 88
const HASHES_AT = DIRECTORY_BYTES + IDENTIFIER.length
const MOST_BLOBS = 16

/** How long the signature of so many bytes is. */
export function signatureBytes(codeLimit: number): number {
  return SUPER_BLOB_BYTES + HASHES_AT + HASH_BYTES * Math.ceil(codeLimit / PAGE)
}

/**
 * Signs a file ad hoc.
 * @param code all of the file ahead of the signature, which is behind everything else
 * @param textBytes how long the segment `__TEXT` is in the file, at whose start it stands
 * @throws the file system's error when a piece cannot be read
 */
export function signAdHoc(code: Piece[], textBytes: number): Uint8Array {
  const codeLimit = code.reduce((sum, { length }) => sum + length, 0)
  const blob = Buffer.alloc(signatureBytes(codeLimit))
  u32s(blob, 0, [SUPER_BLOB, blob.length, 1, 0, SUPER_BLOB_BYTES])
  const directory = blob.subarray(SUPER_BLOB_BYTES)
  const count = Math.ceil(codeLimit / PAGE)
  u32s(directory, 0, [CODE_DIRECTORY, directory.length, VERSION, FLAGS])
  u32s(directory, 16, [HASHES_AT, DIRECTORY_BYTES, 0, count, codeLimit])
  directory.set([HASH_BYTES, SHA256, 0, PAGE_BITS], 36)
  directory.writeBigUInt64BE(BigInt(textBytes), 72)
  directory.writeBigUInt64BE(BigInt(MAIN_BINARY), 80)
  directory.set(IDENTIFIER, DIRECTORY_BYTES)
  let at = HASHES_AT
  for (const page of pagesOf(code)) {
    directory.set(createHash("sha256").update(page).digest(), at)
    at += HASH_BYTES
  }
  return new Uint8Array(blob)
}

function u32s(bytes: Buffer, from: number, values: number[]): void {
  values.forEach((value, index) => {
    bytes.writeUInt32BE(value, from + 4 * index)
  })
}

/** The bytes of pieces, a page at a time; only a page that lies in two pieces is copied. */
function* pagesOf(pieces: Piece[]): Generator<Uint8Array> {
  const page = new Uint8Array(PAGE)
  let filled = 0
  for (const chunk of readPiecesSync(pieces)) {
    let at = 0
    while (at < chunk.length) {
      const part = chunk.subarray(at, at + PAGE - filled)
      at += part.length
      if (part.length === PAGE) {
        yield part
        continue
      }
      page.set(part, filled)
      filled = (filled + part.length) % PAGE
      if (filled === 0) yield page
    }
  }
  if (filled > 0) yield page.subarray(0, filled)
}

/**
 * Whose a signature is; whether its hashes are right is not looked at.
 * @throws Failure when the bytes are no signature
 */
export function readSignature(bytes: Uint8Array): Signature {
  const reader = new FieldReader(bytes, unrecognised)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const u32 = (field: string, at: number) => {
    reader.requireInside(field, at, 4)
    return view.getUint32(at)
  }
  const magic = u32("the code signature", 0)
  if (magic !== SUPER_BLOB)
    throw unrecognised("the code signature", `0x${magic.toString(16)}`, "a super blob")
  const count = u32("the count of blobs", 8)
  if (count === 0 || count > MOST_BLOBS)
    throw unrecognised("the count of blobs", count, `from 1 to ${MOST_BLOBS}`)
  const blobs = Array.from({ length: count }, (_, index) =>
    u32("a blob", u32("a blob's offset", 16 + 8 * index)),
  )
  return { kind: blobs.includes(CERTIFICATES) ? "certificate" : "ad hoc", bytes: bytes.length }
}
