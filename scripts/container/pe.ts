import { FieldReader } from "../lib/field-reader.ts"
import { isPe, PE_SECTION_HEADER_BYTES, PE_SECURITY, type Pe, type PeSection, readPe } from "../lib/pe.ts"
import type { RandomAccess } from "../lib/random-access.ts"
import { allZero, roundUp } from "./bytes.ts"
import type { Container } from "./container.ts"
import { unrecognised } from "./failures.ts"
import { requireSectionPayload, SECTION_LENGTH_BYTES } from "./layout.ts"
import { CHARACTERISTICS, type PeFrame, requireCertificateOrEnd, SECTION, writeAround } from "./pe-frame.ts"

/**
 * The section `.bun` of a Windows executable is the payload's length as u64 and the payload. It is the last section, in
 * the file and in memory; only a certificate may follow.
 */
export const peSection: Container = {
  locate(file) {
    if (!isPe(file)) return undefined
    const pe = readPe(file, unrecognised)
    const section = requireSection(pe)
    requireLast(pe, section)
    const frame = { pe, sections: pe.sections.length, address: section.address, offset: section.offset }
    const certificate = requireCertificateOrEnd(pe, section.offset + section.size, file.length)
    const end = section.offset + section.memorySize
    requireSectionPayload(new FieldReader(file, unrecognised), section.offset, end)
    if (!allZero(file.subarray(end, section.offset + section.size)))
      throw unrecognised(`what follows the payload in section ${SECTION}`, "not empty", "zeros")
    return {
      layout: "pe-section",
      start: section.offset + SECTION_LENGTH_BYTES,
      end,
      length: section.offset,
      signature: { kind: certificate > 0 ? "certificate" : "none", bytes: certificate },
      rewrite: (file, payload) => writeAround(file, frame, payload),
      embedIn(bun) {
        const inBun = addSection(bun)
        return (file, payload) => writeAround(file, inBun, payload)
      },
    }
  },
}

function requireSection({ sections }: Pe): PeSection {
  const found = sections.filter(({ name }) => name === SECTION)
  const section = sections.at(-1)!
  if (found.length !== 1 || found[0] !== section)
    throw unrecognised(`the count of sections ${SECTION}`, found.length, "1, the last one")
  if (section.characteristics !== CHARACTERISTICS)
    throw unrecognised(
      `the characteristics of section ${SECTION}`,
      section.characteristics,
      `${CHARACTERISTICS}`,
    )
  if (section.hasMore) throw unrecognised(`the relocations of section ${SECTION}`, "some", "none")
  return section
}

/** Nothing may lie inside the section or behind it, in the file or in memory. */
function requireLast(pe: Pe, section: PeSection): void {
  const { fileAlignment, sectionAlignment } = pe
  const others = pe.sections.filter((other) => other !== section)
  const [offset, address] = [fileEnd(others, pe), memoryEnd(others, pe)]
  const expected: [string, number, number][] = [
    [`the offset of section ${SECTION}`, section.offset, offset],
    [`the address of section ${SECTION}`, section.address, address],
    [`the size of section ${SECTION}`, section.size, roundUp(section.memorySize, fileAlignment)],
    ["the image's length", pe.imageSize, roundUp(section.address + section.memorySize, sectionAlignment)],
  ]
  for (const [field, value, only] of expected)
    if (value !== only) throw unrecognised(field, value, `${only}: no gap, no overlap`)
  requireDirectoriesBefore(pe, section.address)
}

function requireDirectoriesBefore({ directories }: Pe, address: number): void {
  directories.forEach(({ start, size }, index) => {
    if (index !== PE_SECURITY && start + size > address)
      throw unrecognised(
        `the end of directory ${index}`,
        start + size,
        `at most ${address}, the graph's address`,
      )
  })
}

/**
 * What `bun build --compile` does with the stock Bun, which has no such section: a header more, in the room behind the
 * others, and the section behind all sections.
 * @throws Failure when the file is not such a Bun
 */
function addSection(bun: RandomAccess): PeFrame {
  const pe = readPe(bun, unrecognised)
  const there = pe.sections.filter(({ name }) => name === SECTION).length
  if (there > 0) throw unrecognised(`the count of sections ${SECTION}`, there, "0 in a stock Bun")
  const [address, offset] = [memoryEnd(pe.sections, pe), fileEnd(pe.sections, pe)]
  requireCertificateOrEnd(pe, offset, bun.length)
  requireDirectoriesBefore(pe, address)
  requireRoom(bun, pe)
  return { pe, sections: pe.sections.length + 1, address, offset }
}

function requireRoom(bun: RandomAccess, { sections, sectionTable, headersEnd }: Pe): void {
  const from = sectionTable + sections.length * PE_SECTION_HEADER_BYTES
  const to = from + PE_SECTION_HEADER_BYTES
  const first = Math.min(...sections.filter(({ size }) => size > 0).map(({ offset }) => offset), headersEnd)
  if (to > first)
    throw unrecognised("the room for another section header", first - from, `at least ${to - from}`)
  if (!allZero(bun.subarray(from, to)))
    throw unrecognised("the room for another section header", "not empty", "zeros")
}

/** Where a section behind these starts in the file. */
function fileEnd(sections: PeSection[], { headersEnd, fileAlignment }: Pe): number {
  return roundUp(Math.max(headersEnd, ...sections.map(({ offset, size }) => offset + size)), fileAlignment)
}

/** Where a section behind these starts in memory. */
function memoryEnd(sections: PeSection[], { headersEnd, sectionAlignment }: Pe): number {
  const ends = sections.map(({ address, memorySize }) => address + memorySize)
  return roundUp(Math.max(headersEnd, ...ends), sectionAlignment)
}
