import { type Elf, type ElfRange, type ElfSection, readElf } from "./elf.ts"
import { unrecognised } from "./failures.ts"
import { allZero, FieldReader, sameBytes } from "./field-reader.ts"
import { END_BYTES, SECTION_LENGTH_BYTES, TOTAL_BYTES, TRAILER } from "./layout.ts"

/** Where a file holds its graph: the payload from `start` to `end`, in bytes from the file's start. */
export interface Location {
  layout: "appended" | "elf-section"
  start: number
  end: number
}

const SECTION = ".bun"

/**
 * Finds the graph's payload. A Bun from 1.3.12 on has a section `.bun` and keeps it there; an older one has none and
 * looks at the file's end.
 * @throws Failure when there is no graph, or it is not where that Bun would look for it
 */
export function locatePayload(file: Uint8Array): Location {
  const elf = readElf(file)
  const sections = elf.sections.filter((section) => section.name === SECTION)
  if (sections.length > 1) throw unrecognised(`the count of sections ${SECTION}`, sections.length, "0 or 1")
  const location = sections[0] ? locateInSection(file, elf, sections[0]) : locateAtEnd(file)
  requireApart(elf, location)
  return location
}

function locateAtEnd(file: Uint8Array): Location {
  const reader = new FieldReader(file)
  const end = file.length - TOTAL_BYTES
  requireTrailer(reader, end)
  const total = reader.u64("the total length at the file's end", end, file.length)
  if (total !== file.length)
    throw unrecognised("the total length at the file's end", total, `${file.length}, the file's length`)
  const counted = end - END_BYTES
  const bytes = reader.u64("the graph's byte count", counted, counted)
  return { layout: "appended", start: counted - bytes, end }
}

function locateInSection(file: Uint8Array, elf: Elf, section: ElfSection): Location {
  const reader = new FieldReader(file)
  const start = section.offset + SECTION_LENGTH_BYTES
  const end = section.offset + section.size
  const length = reader.u64(`the length in section ${SECTION}`, section.offset, Number.MAX_SAFE_INTEGER)
  if (length !== end - start)
    throw unrecognised(`the length in section ${SECTION}`, length, `${end - start}, what the section holds`)
  if (elf.end !== file.length)
    throw unrecognised("the end of the section header table", elf.end, `${file.length}, the file's length`)
  requireTrailer(reader, end)
  const bytes = reader.u64("the graph's byte count", end - END_BYTES, file.length)
  if (bytes !== end - END_BYTES - start)
    throw unrecognised("the graph's byte count", bytes, `${end - END_BYTES - start}, what the section holds`)
  requireLoaded(file, elf, section)
  requirePointer(reader, elf, section)
  return { layout: "elf-section", start, end }
}

function requireTrailer(reader: FieldReader, end: number): void {
  const trailer = reader.slice("the trailer", end - TRAILER.length, TRAILER.length)
  if (sameBytes(trailer, TRAILER)) return
  const found = Buffer.from(trailer).toString("latin1")
  throw unrecognised(
    "the trailer",
    found,
    `${JSON.stringify(Buffer.from(TRAILER).toString())}: there is no graph`,
  )
}

/** Nothing else of the file may lie inside the payload. */
function requireApart(elf: Elf, { layout, start, end }: Location): void {
  const inside = (range: ElfRange) =>
    range.size > 0 && range.offset < end && start < range.offset + range.size
  const others: [string, ElfRange][] = [
    ...elf.headers.map((range): [string, ElfRange] => ["an ELF header", range]),
    ...elf.sections
      .filter(({ name }) => name !== SECTION)
      .map((range): [string, ElfRange] => ["a section", range]),
    ...(layout === "appended" ? elf.segments.map((range): [string, ElfRange] => ["a segment", range]) : []),
  ]
  const [name, range] = others.find(([, range]) => inside(range)) ?? []
  if (range) throw unrecognised(`${name} at offset`, range.offset, `outside of the graph, ${start} to ${end}`)
}

/** The payload must be the last of what one segment loads from the file, or the kernel would map something else. */
function requireLoaded(file: Uint8Array, elf: Elf, section: ElfSection): void {
  const end = section.offset + section.size
  const around = elf.segments.filter(
    (segment) => segment.offset <= section.offset && end <= segment.offset + segment.size,
  )
  const segment = around[0]
  if (!segment || around.length > 1)
    throw unrecognised(`the count of segments that load section ${SECTION}`, around.length, "1")
  const address = segment.address + (section.offset - segment.offset)
  if (section.address !== address)
    throw unrecognised(`the address of section ${SECTION}`, section.address, `${address}, where it is loaded`)
  if (!allZero(file.subarray(end, segment.offset + segment.size)))
    throw unrecognised(`what follows section ${SECTION} in its segment`, "not empty", "zeros up to its end")
}

/**
 * Bun finds the payload through a u64, at the place that the section had in the stock executable: in a writable
 * segment, aligned as the section is. Without a symbol for that place, exactly one such u64 must hold the address.
 */
function requirePointer(reader: FieldReader, elf: Elf, section: ElfSection): void {
  const step = section.alignment
  if (step < SMALLEST_PAGE || step > reader.bytes.length)
    throw unrecognised(
      `the alignment of section ${SECTION}`,
      step,
      `from ${SMALLEST_PAGE} to the file's length`,
    )
  let found = 0
  const address = Buffer.alloc(8)
  address.writeBigUInt64LE(BigInt(section.address))
  for (const segment of elf.segments) {
    if (!segment.writable) continue
    const end = Math.min(segment.offset + segment.size, section.offset)
    const first = segment.offset + ((step - (segment.address % step)) % step)
    for (let at = first; at + 8 <= end; at += step)
      if (sameBytes(reader.slice("a pointer", at, 8), address)) found++
  }
  if (found !== 1) throw unrecognised(`the count of pointers to section ${SECTION}`, found, "1")
}

const SMALLEST_PAGE = 4096
