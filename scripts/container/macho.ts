import { FieldReader } from "../lib/field-reader.ts"
import {
  isMacho,
  type Macho,
  type MachoSection,
  type MachoSegment,
  readMacho,
  SECTION_ALIGNMENT,
  SECTION_FLAGS,
} from "../lib/macho.ts"
import type { RandomAccess } from "../lib/random-access.ts"
import { allZero, roundUp, u32 } from "./bytes.ts"
import type { Container } from "./container.ts"
import { unrecognised } from "./failures.ts"
import { requireSectionPayload, SECTION_LENGTH_BYTES } from "./layout.ts"
import { type MachoFrame, SECTION, SEGMENT, SEGMENT_PAGE, writeAround } from "./macho-frame.ts"
import { readSignature } from "./macho-signature.ts"

/**
 * The section `__bun` of a macOS executable is the payload's length as u64 and the payload. It has a segment of its own,
 * the last but `__LINKEDIT`, which ends the file and ends with the code signature.
 */
export const machoSection: Container = {
  locate(file) {
    if (!isMacho(file)) return undefined
    const frame = readFrame(file)
    const { segment, section, linkEdit, macho } = frame
    const end = section.offset + section.size
    requireSectionPayload(new FieldReader(file, unrecognised), section.offset, end)
    if (segment.size !== roundUp(section.size, SEGMENT_PAGE))
      throw unrecognised(
        `the size of segment ${SEGMENT}`,
        segment.size,
        `that of its section, up to a page's end`,
      )
    if (!allZero(file.subarray(end, linkEdit.offset)))
      throw unrecognised(`what follows section ${SECTION} in its segment`, "not empty", "zeros")
    const { offset, size } = macho.signature
    return {
      layout: "macho-section",
      start: section.offset + SECTION_LENGTH_BYTES,
      end,
      length: segment.offset + offset - linkEdit.offset,
      signature: readSignature(file.subarray(offset, offset + size)),
      rewrite: (file, payload) => writeAround(file, frame, payload),
      embedIn(bun) {
        const inBun = readStock(bun)
        return (file, payload) => writeAround(file, inBun, payload)
      },
    }
  },
}

/**
 * What `bun build --compile` does with the stock Bun, whose section is zeros: it is filled, and told not to be stripped.
 * @throws Failure when the file is not such a Bun
 */
function readStock(bun: RandomAccess): MachoFrame {
  const frame = readFrame(bun)
  const { segment, section, linkEdit } = frame
  if (!allZero(bun.subarray(segment.offset, linkEdit.offset)))
    throw unrecognised(`section ${SECTION} of the stock Bun`, "not empty", "zeros")
  return {
    ...frame,
    headEdits: [
      { at: section.header + SECTION_ALIGNMENT, bytes: u32(Math.log2(SEGMENT_PAGE)) },
      { at: section.header + SECTION_FLAGS, bytes: u32(NO_DEAD_STRIP) },
    ],
  }
}

const NO_DEAD_STRIP = 0x1000_0000

function readFrame(file: RandomAccess): MachoFrame {
  const macho = readMacho(file, unrecognised)
  const [linkEdit, segment, ...others] = macho.segments.toReversed()
  if (linkEdit?.name !== "__LINKEDIT" || segment?.name !== SEGMENT || segment.sections.length !== 1)
    throw unrecognised(
      "the last two segments",
      `${segment?.name}, ${linkEdit?.name}`,
      `${SEGMENT}, with one section, and __LINKEDIT`,
    )
  const section = segment.sections[0]!
  const text = others.find(({ name, offset }) => name === "__TEXT" && offset === 0)
  if (!text) throw unrecognised("the segment at the file's start", "another", "__TEXT")
  requireInPlace(segment, section, linkEdit)
  requireBefore(others, macho, segment)
  requireEnd(macho, linkEdit, file.length)
  return { macho, segment, section, linkEdit, textBytes: text.size, headEdits: [] }
}

/** The section fills its segment, and `__LINKEDIT` follows at once, in the file and in memory. */
function requireInPlace(segment: MachoSegment, section: MachoSection, linkEdit: MachoSegment): void {
  const expected: [string, number, number][] = [
    [`the offset of section ${SECTION}`, section.offset, segment.offset],
    [`the address of section ${SECTION}`, section.address, segment.address],
    [`the size in memory of segment ${SEGMENT}`, segment.memorySize, segment.size],
    ["the offset of segment __LINKEDIT", linkEdit.offset, segment.offset + segment.size],
    ["the address of segment __LINKEDIT", linkEdit.address, segment.address + segment.memorySize],
  ]
  for (const [field, value, only] of expected)
    if (value !== only) throw unrecognised(field, value, `${only}: no gap, no overlap`)
  if (section.name !== SECTION) throw unrecognised(`the section of ${SEGMENT}`, section.name, SECTION)
  if (section.size > segment.size)
    throw unrecognised(
      `the size of section ${SECTION}`,
      section.size,
      `at most ${segment.size}, its segment's`,
    )
}

/** Everything else is ahead of the payload, so that it need not move. */
function requireBefore(others: MachoSegment[], macho: Macho, segment: MachoSegment): void {
  for (const { offset, size, address, memorySize } of others) {
    if (offset + size > segment.offset)
      throw unrecognised(
        "the end of another segment",
        offset + size,
        `at most ${segment.offset}, the graph's start`,
      )
    if (address + memorySize > segment.address)
      throw unrecognised(
        "the end of another segment in memory",
        address + memorySize,
        `at most ${segment.address}, the graph's`,
      )
  }
  if (macho.headersEnd > segment.offset)
    throw unrecognised("the commands' end", macho.headersEnd, `at most ${segment.offset}, the graph's start`)
}

/** What `__LINKEDIT` holds is inside of it; the signature ends it, and the file. */
function requireEnd({ linkEditOffsets, signature }: Macho, linkEdit: MachoSegment, fileLength: number): void {
  for (const end of [linkEdit.offset + linkEdit.size, signature.offset + signature.size])
    if (end !== fileLength)
      throw unrecognised("the end of __LINKEDIT or of its signature", end, `${fileLength}, the file's length`)
  for (const { value } of linkEditOffsets)
    if (value !== 0 && (value < linkEdit.offset || value > signature.offset))
      throw unrecognised(
        "the offset of something in __LINKEDIT",
        value,
        `from ${linkEdit.offset} to ${signature.offset}, its signature's`,
      )
  if (signature.offset < linkEdit.offset || signature.offset % SIGNATURE_ALIGNMENT !== 0)
    throw unrecognised(
      "the signature's offset",
      signature.offset,
      `in __LINKEDIT, at a multiple of ${SIGNATURE_ALIGNMENT}`,
    )
}

const SIGNATURE_ALIGNMENT = 16
