import { unrecognised } from "./failures.ts"

/** Reads little-endian numbers and slices; each read names its field, so that its error can. */
export class FieldReader {
  readonly bytes: Uint8Array
  readonly #view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  u8(field: string, offset: number): number {
    return this.#view.getUint8(this.#inside(field, offset, 1))
  }

  u16(field: string, offset: number): number {
    return this.#view.getUint16(this.#inside(field, offset, 2), true)
  }

  u32(field: string, offset: number): number {
    return this.#view.getUint32(this.#inside(field, offset, 4), true)
  }

  /** @throws Failure also when the number is above `limit`, which must be a safe integer */
  u64(field: string, offset: number, limit: number): number {
    const value = this.#view.getBigUint64(this.#inside(field, offset, 8), true)
    if (value > BigInt(limit)) throw unrecognised(field, value, `at most ${limit}`)
    return Number(value)
  }

  /** A view, not a copy. */
  slice(field: string, offset: number, length: number): Uint8Array {
    return this.bytes.subarray(this.#inside(field, offset, length), offset + length)
  }

  #inside(field: string, offset: number, length: number): number {
    if (offset < 0 || length < 0 || offset + length > this.bytes.length)
      throw unrecognised(
        `the end of ${field}`,
        offset + length,
        `at most ${this.bytes.length}, the end of what holds it`,
      )
    return offset
  }
}

/** @throws Failure when the bytes are not valid UTF-8; a byte order mark is a character like any other. */
export function decodeUtf8(field: string, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw unrecognised(field, Buffer.from(bytes.subarray(0, 80)).toString("latin1"), "valid UTF-8")
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Compares natively, without copying. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** Whether every byte is zero; looks at 4 kB at a time. */
export function allZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const part = bytes.subarray(at, at + ZEROS.length)
    if (!sameBytes(part, ZEROS.subarray(0, part.length))) return false
  }
  return true
}

const ZEROS = new Uint8Array(4096)
