import { type ElfSection, readElf } from "./elf.ts"
import { FieldReader, type Refuse } from "./field-reader.ts"
import type { RandomAccess } from "./random-access.ts"

/** What an executable needs of the libraries that it is linked with at its start. */
export interface ElfNeeds {
  /** For which processor, as the header has it. */
  machine: number
  /** The names of libraries, such as `libc.so.6`. */
  libraries: string[]
  /** Versions of symbols, such as `GLIBC_2.17`, and of which library. */
  versions: { library: string; version: string }[]
}

const MAGIC = "7f454c46"
const SHT_DYNAMIC = 6
const SHT_GNU_VERNEED = 0x6ffffffe
const DT_NEEDED = 1

/** Whether a file is ELF of any kind. */
export function isElf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 4)).toString("hex") === MAGIC
}

/** Reads it from the dynamic section. Throws what `refuse` makes when the file is not as it must be. */
export function readElfNeeds(file: RandomAccess, refuse: Refuse): ElfNeeds {
  const { machine, sections } = readElf(file, refuse)
  const reader = new FieldReader(file, refuse)
  const of = (type: number) => sections.filter((section) => section.type === type)
  return {
    machine,
    libraries: of(SHT_DYNAMIC).flatMap((section) =>
      readNeeded(reader, section, textsOf(reader, sections, section)),
    ),
    versions: of(SHT_GNU_VERNEED).flatMap((section) =>
      readVersions(reader, section, textsOf(reader, sections, section)),
    ),
  }
}

type Texts = (offset: number) => string

/** The table of texts that a section refers to. */
function textsOf(reader: FieldReader, sections: ElfSection[], { name, link }: ElfSection): Texts {
  const table = sections[link]
  return (offset) => {
    const bytes = reader.slice(`the texts of ${name}`, table?.offset ?? -1, table?.size ?? 0)
    const end = bytes.indexOf(0, offset)
    return Buffer.from(bytes.subarray(offset, end)).toString("latin1")
  }
}

function readNeeded(reader: FieldReader, { offset, size }: ElfSection, text: Texts): string[] {
  const found: string[] = []
  for (let at = offset; at < offset + size; at += 16) {
    const tag = reader.u64("a dynamic tag", at, Number.MAX_SAFE_INTEGER)
    if (tag === 0) break
    if (tag === DT_NEEDED) found.push(text(reader.u64("a library's name", at + 8, reader.length)))
  }
  return found
}

/** Two lists of the specification, one within the other: libraries, and versions of each. */
function readVersions(reader: FieldReader, section: ElfSection, text: Texts): ElfNeeds["versions"] {
  const found: ElfNeeds["versions"] = []
  for (let at = section.offset, next = -1; next !== 0; at += next) {
    const library = text(reader.u32("a library's name", at + 4))
    let inner = at + reader.u32("a library's versions", at + 8)
    for (let left = reader.u16("the count of versions", at + 2); left > 0; left--) {
      found.push({ library, version: text(reader.u32("a version's name", inner + 8)) })
      inner += reader.u32("the next version", inner + 12)
    }
    next = reader.u32("the next library", at + 12)
  }
  return found
}
