import { unrecognised } from "./failures.ts"

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

export function roundUp(offset: number, step: number): number {
  return Math.ceil(offset / step) * step
}

/** A number as two bytes, little-endian. */
export function u16(value: number): Uint8Array {
  return u64(value).subarray(0, 2)
}

/** A number as four bytes, little-endian. */
export function u32(value: number): Uint8Array {
  return u64(value).subarray(0, 4)
}

/** A number as eight bytes, little-endian. */
export function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true)
  return bytes
}
