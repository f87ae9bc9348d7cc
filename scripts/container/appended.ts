import { ELF_HEADER_BYTES, type Elf, type ElfRange, readElf } from "../lib/elf.ts"
import { FieldReader } from "../lib/field-reader.ts"
import { u64 } from "./bytes.ts"
import type { Container, Location, Rewrite } from "./container.ts"
import { unrecognised } from "./failures.ts"
import { END_BYTES, requireTrailer, TOTAL_BYTES } from "./layout.ts"
import { cut } from "./pieces.ts"

/** The payload is behind all else of a Linux executable; the file's length follows as u64. */
export const appended: Container = {
  locate(file) {
    const { start, end } = locateAtEnd(file)
    requireApart(readElf(file, unrecognised), start)
    return at(start, end)
  },
}

function at(start: number, end: number): Location {
  return {
    layout: "appended",
    start,
    end,
    length: start,
    rewrite: appendTo(start),
    embedIn: (bun) => appendTo(bun.length),
  }
}

function appendTo(start: number): Rewrite {
  return (file, payload) => [
    ...cut(file, 0, start),
    ...payload.pieces,
    u64(start + payload.bytes + TOTAL_BYTES),
  ]
}

function locateAtEnd(file: Uint8Array): { start: number; end: number } {
  const reader = new FieldReader(file, unrecognised)
  const end = file.length - TOTAL_BYTES
  requireTrailer(reader, end)
  const total = reader.u64("the total length at the file's end", end, file.length)
  if (total !== file.length)
    throw unrecognised("the total length at the file's end", total, `${file.length}, the file's length`)
  const counted = end - END_BYTES
  const bytes = reader.u64("the graph's byte count", counted, counted)
  return { start: counted - bytes, end }
}

/** Nothing of the runtime may lie inside the payload or behind it. */
function requireApart(elf: Elf, start: number): void {
  const parts: [string, ElfRange[]][] = [
    ["an ELF header", [{ offset: 0, size: ELF_HEADER_BYTES }, elf.sectionTable, elf.segmentTable]],
    ["a section", elf.sections],
    ["a segment", elf.segments],
  ]
  for (const [name, ranges] of parts)
    for (const { offset, size } of ranges)
      if (size > 0 && offset + size > start)
        throw unrecognised(`the end of ${name}`, offset + size, `at most ${start}, where the graph starts`)
}
