import type { RandomAccess } from "./random-access.ts"

/** Makes the error for a field whose value is not what it must be: `must be at most 4096`. */
export type Refuse = (field: string, value: unknown, expected: string) => Error

/** Reads little-endian numbers and slices; each read names its field, so that its error can. */
export class FieldReader {
  readonly length: number
  readonly #bytes: RandomAccess
  readonly #refuse: Refuse

  constructor(bytes: RandomAccess, refuse: Refuse) {
    this.length = bytes.length
    this.#bytes = bytes
    this.#refuse = refuse
  }

  u8(field: string, offset: number): number {
    return this.#view(field, offset, 1).getUint8(0)
  }

  u16(field: string, offset: number): number {
    return this.#view(field, offset, 2).getUint16(0, true)
  }

  u32(field: string, offset: number): number {
    return this.#view(field, offset, 4).getUint32(0, true)
  }

  /** Throws what `refuse` makes also when the number is above `limit`, which must be a safe integer. */
  u64(field: string, offset: number, limit: number): number {
    const value = this.#view(field, offset, 8).getBigUint64(0, true)
    if (value > BigInt(limit)) throw this.#refuse(field, value, `at most ${limit}`)
    return Number(value)
  }

  /** Of an array, a view and not a copy. */
  slice(field: string, offset: number, length: number): Uint8Array {
    this.requireInside(field, offset, length)
    return this.#bytes.subarray(offset, offset + length)
  }

  requireInside(field: string, offset: number, length: number): void {
    if (offset < 0 || length < 0 || offset + length > this.length)
      throw this.#refuse(
        `the end of ${field}`,
        offset + length,
        `at most ${this.length}, the end of what holds it`,
      )
  }

  #view(field: string, offset: number, length: number): DataView {
    const bytes = this.slice(field, offset, length)
    return new DataView(bytes.buffer, bytes.byteOffset, length)
  }
}
