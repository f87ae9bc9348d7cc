/*
 * Small ELF files, laid out as the executables of Bun are: a page that starts with the headers, a page that starts with
 * data (the first of it is the section `.bun` of a stock Bun), and what describes the file: names, a comment and the
 * headers of sections.
 */

/** By its name, the number that ELF has for a processor, and what Bun takes for its page. */
const KINDS = { "x86-64": { number: 62, page: 0x1000 }, AArch64: { number: 183, page: 0x10000 } }
export type Machine = keyof typeof KINDS
export const MACHINES = Object.keys(KINDS) as Machine[]

/** A file, and where the payload starts in it. */
interface Made {
  file: Buffer
  start: number
}

/** From here to the end of a small page nothing stands in any of the files. */
export const UNUSED_BYTES = 0x800

const DATA_BYTES = 0x200
const BSS_BYTES = 0x300
const DATA_ADDRESS = 0x400000
const PLACEHOLDER_BYTES = 0x40
const COMMENT = Buffer.from("made by a test\0")
const NAMES = Buffer.from("\0.shstrtab\0.bun\0.data\0.bss\0.comment\0")

/** As Bun up to 1.3.11: without a section `.bun`. */
export function plainBun(machine: Machine): Buffer {
  const { page } = KINDS[machine]
  const names = page + DATA_BYTES
  return makeElf(machine, { names, headers: names + TAIL_BYTES, segments: stockSegments(page) })
}

/** As Bun from 1.3.12 on: with a section `.bun` of zeros. */
export function stockBun(machine: Machine): Buffer {
  const { page } = KINDS[machine]
  const names = page + DATA_BYTES
  const bun = { address: DATA_ADDRESS, offset: page, size: PLACEHOLDER_BYTES }
  return makeElf(machine, { names, headers: names + TAIL_BYTES, segments: stockSegments(page), bun })
}

/** Bun, the payload, and the length of all. */
export function appendTo(payload: Buffer, machine: Machine): Made {
  const bun = plainBun(machine)
  return { file: Buffer.concat([bun, payload, u32(bun.length + payload.length + 8, 0)]), start: bun.length }
}

/** The payload behind the whole file, in a segment of its own; section headers are there twice. */
export function embedAtEnd(payload: Buffer, machine: Machine): Made {
  const { page } = KINDS[machine]
  const old = stockBun(machine)
  const [address, offset, size] = [DATA_ADDRESS + page, 2 * page, 8 + payload.length]
  const end = roundUp(offset + size, page)
  const segments = stockSegments(page).with(2, {
    type: PT_LOAD,
    flags: 4,
    ...{ offset, address, size: end - offset, alignment: page },
  })
  const names = page + DATA_BYTES
  const file = makeElf(machine, { names, headers: end, segments, bun: { address, offset, size } })
  old.copy(file, names + TAIL_BYTES, names + TAIL_BYTES)
  return putPayload(file, payload, { address, offset, page })
}

/** The payload at the end of a longer last segment, and behind it what describes the file. */
export function embedInLast(payload: Buffer, machine: Machine): Made {
  const { page } = KINDS[machine]
  const [address, offset, size] = [DATA_ADDRESS + page, 2 * page, 8 + payload.length]
  const names = roundUp(offset + size, page)
  const segments = stockSegments(page)
  segments[1] = { ...segments[1]!, size: names - page, memorySize: names - page }
  const file = makeElf(machine, {
    ...{ names, headers: names + TAIL_BYTES, segments },
    bun: { address, offset, size },
  })
  return putPayload(file, payload, { address, offset, page })
}

/** The pointer where the stock Bun has its section, the length, and the payload. */
function putPayload(
  file: Buffer,
  payload: Buffer,
  at: { address: number; offset: number; page: number },
): Made {
  u32(at.address, 0).copy(file, at.page)
  u32(payload.length, 0).copy(file, at.offset)
  payload.copy(file, at.offset + 8)
  return { file, start: at.offset + 8 }
}

interface Segment {
  type: number
  flags: number
  offset: number
  address: number
  size: number
  memorySize?: number
  alignment?: number
}

const TAIL_BYTES = NAMES.length + COMMENT.length
const PT_LOAD = 1
const PT_GNU_STACK = 0x6474e551

function stockSegments(page: number): Segment[] {
  return [
    { type: PT_LOAD, flags: 5, offset: 0, address: 0x200000, size: 0x400 },
    {
      type: PT_LOAD,
      flags: 6,
      ...{ offset: page, address: DATA_ADDRESS, size: DATA_BYTES, memorySize: DATA_BYTES + BSS_BYTES },
    },
    { type: PT_GNU_STACK, flags: 6, offset: 0, address: 0, size: 0, alignment: 8 },
  ]
}

interface Layout {
  /** Where the names stand; the comment follows. */
  names: number
  /** Where the section headers stand, which end the file. */
  headers: number
  segments: Segment[]
  bun?: { address: number; offset: number; size: number }
}

function makeElf(machine: Machine, { names, headers, segments, bun }: Layout): Buffer {
  const { number, page } = KINDS[machine]
  const [progbits, strings, noBits] = [1, 3, 8]
  const data = { address: DATA_ADDRESS + 0x100, offset: page + 0x100, size: 0x100 }
  const sections = [
    Buffer.alloc(64),
    section({
      name: 1,
      type: strings,
      flags: 0,
      address: 0,
      offset: names,
      size: NAMES.length,
      alignment: 1,
    }),
    ...(bun ? [section({ name: 11, type: progbits, flags: 3, ...bun, alignment: 4096 })] : []),
    section({ name: 16, type: progbits, flags: 3, ...data, alignment: 64 }),
    section({
      ...{ name: 22, type: noBits, flags: 3, address: DATA_ADDRESS + DATA_BYTES },
      ...{ offset: page + DATA_BYTES, size: BSS_BYTES, alignment: 64 },
    }),
    section({
      ...{ name: 27, type: progbits, flags: 0x30, address: 0 },
      ...{ offset: names + NAMES.length, size: COMMENT.length, alignment: 1 },
    }),
  ]
  const file = Buffer.alloc(headers + 64 * sections.length)
  Buffer.from("7f454c46020101", "hex").copy(file)
  u16(2, number).copy(file, 16)
  u32(64, 0, headers, 0).copy(file, 32)
  u16(64, 56, segments.length, 64, sections.length, 1).copy(file, 52)
  segments.forEach((of, index) => {
    segment(of).copy(file, 64 + 56 * index)
  })
  file.fill("code", 0x300, 0x400)
  file.fill("data", data.offset, data.offset + data.size)
  NAMES.copy(file, names)
  COMMENT.copy(file, names + NAMES.length)
  Buffer.concat(sections).copy(file, headers)
  return file
}

function segment({
  type,
  flags,
  offset,
  address,
  size,
  memorySize = size,
  alignment = 0x4000,
}: Segment): Buffer {
  return u32(
    type,
    flags,
    ...[offset, address, address, size, memorySize, alignment].flatMap((value) => [value, 0]),
  )
}

interface Section {
  /** Where it starts in the names. */
  name: number
  type: number
  flags: number
  address: number
  offset: number
  size: number
  alignment: number
}

function section({ name, type, flags, address, offset, size, alignment }: Section): Buffer {
  return u32(name, type, flags, 0, address, 0, offset, 0, size, 0, 0, 0, alignment, 0, 0, 0)
}

function roundUp(offset: number, step: number): number {
  return Math.ceil(offset / step) * step
}

/** Numbers of 16 bits, little-endian. */
export function u16(...values: number[]): Buffer {
  return Buffer.from(new Uint16Array(values).buffer)
}

/** Numbers of 32 bits, little-endian. */
export function u32(...values: number[]): Buffer {
  return Buffer.from(new Uint32Array(values).buffer)
}
