import { describe, expect, test } from "bun:test"
import { readModuleGraph } from "../../../scripts/container/index.ts"
import { Failure } from "../../../scripts/lib/errors.ts"
import {
  FORMS,
  layoutOf,
  sampleExecutable,
  sampleModule,
  sampleModules,
} from "../../lib/sample-executable.ts"
import { signPe } from "../../lib/sample-pe.ts"

describe.each(FORMS)("the layout %p", (layout) => {
  test("gives every part of every module, and what the graph says of itself", () => {
    const { file, payload } = sampleExecutable({ layout, entry: 2, argv: "--smol --", flags: 0x8000_0003 })
    const graph = readModuleGraph(file)
    expect(graph).toMatchObject({ entry: 2, argv: "--smol --", flags: 0x8000_0003 })
    expect(graph.runtime).toMatchObject({ ...payload, layout: layoutOf(layout) })
    expect(withPlainBytes(graph.modules)).toEqual(withPlainBytes(sampleModules()))
  })

  test("gives views of the file, not copies", () => {
    const { file } = sampleExecutable({ layout })
    const graph = readModuleGraph(file)
    expect(graph.runtime.file).toBe(file)
    for (const { contents } of graph.modules) expect(contents.buffer).toBe(file.buffer)
  })

  test("keeps a byte order mark in names and in argv", () => {
    const modules = [sampleModule({ name: "\ufeffa.js" })]
    const graph = readModuleGraph(sampleExecutable({ layout, modules, argv: "\ufeff--" }).file)
    expect(graph.modules[0]!.name).toBe("\ufeffa.js")
    expect(graph.argv).toBe("\ufeff--")
  })

  const moduleFaults: [title: string, field: number, value: number, message: RegExp][] = [
    ["a name outside of the file", 0, 0xffff_fff0, /end of module 1: name is 429496\d+\n.*at most \d+/],
    [
      "contents that start outside of the file",
      8,
      0x7fff_ffff,
      /end of module 1: contents is \d+\n.*at most/,
    ],
    ["contents that end outside of the file", 12, 0xffff_ffff, /end of module 1: contents is \d+\n.*at most/],
    [
      "contents that overlap the name",
      8,
      130,
      /module 1: contents: offset is 130\n.*must be \d+: no gap, no overlap/,
    ],
    ["a source map that overlaps", 16, 1, /module 1: sourceMap: offset is 1\n/],
    ["bytecode that is not aligned", 24, 121, /module 1: bytecode: offset is 121\n/],
    ["a length without an offset", 36, 0, /module 1: moduleInfo: offset is \d+\n.*must be 0/],
    ["an unknown encoding", 48, 0x00_01_01_09, /module 1: encoding is 9\n.*from 0 to 2/],
    ["an unknown side", 48, 0x07_01_01_01, /module 1: side is 7\n.*from 0 to 1/],
  ]
  test.each(moduleFaults)("rejects %s", (_, field, value, message) => {
    const sample = sampleExecutable({ layout })
    sample.file.writeUInt32LE(value, sample.record(1) + field)
    expect(messageOf(sample.file)).toMatch(message)
  })

  const offsetsFaults: [title: string, field: number, value: number, message: RegExp][] = [
    ["a byte count above the file's length", 4, 1, /graph's byte count is \d+\n.*must be/],
    ["a byte count that is too small", 0, 1, /must be/],
    ["records outside of the file", 8, 0xffff_0000, /end of the records is \d+\n.*at most/],
    ["an absurd number of records", 12, 52 * 80_000_000, /module count is 80000000\n.*from 1 to 65536/],
    ["no records", 12, 0, /module count is 0\n.*from 1 to/],
    ["records of another size", 12, 53, /records' length is 53\n.*a multiple of 52/],
    ["an entry that is no module", 16, 3, /entry's index is 3\n.*from 0 to 2/],
    ["argv outside of the file", 20, 0xffff_ffff, /argv's offset is 4294967295\n/],
    ["an absurd argv", 24, 0xffff_ffff, /argv's length is 4294967295\n.*at most 65536/],
    ["an argv that ends early", 24, 3, /byte after argv is \d+\n.*must be 0/],
  ]
  test.each(offsetsFaults)("rejects %s", (_, field, value, message) => {
    const sample = sampleExecutable({ layout })
    sample.file.writeUInt32LE(value, sample.offsets + field)
    expect(messageOf(sample.file)).toMatch(message)
  })

  test("rejects two modules of one name", () => {
    const modules = [sampleModule({ name: "a" }), sampleModule({ name: "a" })]
    expect(messageOf(sampleExecutable({ layout, modules }).file)).toMatch(/module 1: name is "a"\n.*unique/)
  })

  test("rejects a name that is empty, too long, not UTF-8, or holds a NUL", () => {
    const named = (name: string) =>
      messageOf(sampleExecutable({ layout, modules: [sampleModule({ name })] }).file)
    expect(named("")).toMatch(/name is ""\n.*not empty/)
    expect(named("a\0b")).toMatch(/name is "a\\u0000b"\n.*without a NUL/)
    expect(named("a".repeat(4097))).toMatch(/length of module 0: name is 4097\n.*at most 4096 bytes/)
    const sample = sampleExecutable({ layout })
    sample.file[sample.payload.start + 3] = 0xff
    expect(messageOf(sample.file)).toMatch(/module 0: name is .*\n.*valid UTF-8/)
  })

  test("rejects anything but zeros between modules", () => {
    const sample = sampleExecutable({ layout })
    const bytecode = sample.payload.start + sample.file.readUInt32LE(sample.record(1) + 24)
    sample.file[bytecode - 1] = 1
    expect(messageOf(sample.file)).toMatch(/what is before module 1: bytecode is "not empty"/)
  })

  test("takes the longest name and the longest argv", () => {
    const modules = [sampleModule({ name: "a".repeat(4096) })]
    const graph = readModuleGraph(sampleExecutable({ layout, modules, argv: "a".repeat(65_536) }).file)
    expect(graph.modules[0]!.name).toHaveLength(4096)
    expect(graph.argv).toHaveLength(65_536)
  })

  test("rejects another trailer, and says that there is no graph", () => {
    const sample = sampleExecutable({ layout })
    sample.file.write("\x1b[2J", sample.payload.end - 16, "latin1")
    const message = messageOf(sample.file)
    expect(message).toMatch(/trailer is ".*\n.*there is no graph/)
    expect(message).not.toContain("\x1b")
  })
})

describe("the appended layout", () => {
  test("rejects a total length that is not the file's", () => {
    const { file } = sampleExecutable({ layout: "appended" })
    expect(messageOf(Buffer.concat([file.subarray(0, -8), Buffer.alloc(8)]))).toMatch(
      /total length at the file's end is 0\n/,
    )
  })

  test("rejects dead space in front of the records, and after argv", () => {
    const sample = sampleExecutable({ layout: "appended" })
    const { file, offsets } = sample
    const numbers = (changes: number[]) => {
      const record = Buffer.from(file.subarray(offsets, offsets + 32))
      for (const at of changes) record.writeUInt32LE(record.readUInt32LE(at) + 1, at)
      return record
    }
    const withByte = (at: number, changes: number[]) => {
      const parts = [file.subarray(0, at), Buffer.alloc(1), file.subarray(at, offsets), numbers(changes)]
      const total = Buffer.alloc(8)
      total.writeUInt32LE(file.length + 1)
      return Buffer.concat([...parts, file.subarray(offsets + 32, -8), total])
    }
    expect(messageOf(withByte(sample.record(0), [0, 8, 20]))).toMatch(/the records' offset is \d+\n.*no gap/)
    expect(messageOf(withByte(offsets, [0]))).toMatch(/the graph's byte count is \d+\n.*no gap/)
  })

  test("rejects a graph that reaches into the runtime", () => {
    const sample = sampleExecutable({ layout: "appended" })
    const bytes = sample.file.readUInt32LE(sample.offsets)
    sample.file.writeUInt32LE(bytes + 1, sample.offsets)
    expect(messageOf(sample.file)).toMatch(
      /end of an ELF header is \d+\n.*at most \d+, where the graph starts/,
    )
  })
})

describe("the ELF section layout", () => {
  const headersOf = (sample: { file: Buffer }) => sample.file.readUInt32LE(40)
  /** The header of the one that loads the graph. */
  const SEGMENT = 64 + 56
  type Fault = [title: string, breakIt: (file: Buffer, headers: number) => void, message: RegExp]
  const faults: Fault[] = [
    [
      "a section outside of the file",
      (file, headers) => file.writeUInt32LE(1e9, headers + 128 + 24),
      /section 2: offset is 1000000000\n/,
    ],
    [
      "a section that ends outside",
      (file, headers) => file.writeUInt32LE(file.length, headers + 128 + 32),
      /end of section 2 is/,
    ],
    [
      "a section of another address",
      (file, headers) => file.writeUInt32LE(4096, headers + 128 + 16),
      /address of section .bun is 4096\n/,
    ],
    [
      "a section that no segment loads",
      (file) => file.writeUInt32LE(2, 64 + 56),
      /count of segments that load section .bun is 0\n/,
    ],
    [
      "two sections of the name",
      (file, headers) => file.writeUInt32LE(11, headers + 64),
      /count of sections .bun is 2\n/,
    ],
    [
      "a length that is not the section's",
      (file) => file.writeUInt32LE(5, 8192),
      /length in section .bun is 5\n/,
    ],
    [
      "a pointer to elsewhere",
      (file) => file.writeUInt32LE(5, 4096),
      /count of pointers to section .bun is 0\n/,
    ],
    [
      "two pointers to the graph",
      (file) => {
        // One more writable segment, over the same place of the file.
        const header = 64 + 2 * 56
        file.copy(file, header, 64 + 56, 64 + 2 * 56)
        file.writeUInt32LE(0x300000, header + 16)
        for (const size of [32, 40]) file.writeUInt32LE(8, header + size)
      },
      /count of pointers to section .bun is 2\n/,
    ],
    [
      "an alignment of nothing",
      (file, headers) => file.writeUInt32LE(0, headers + 128 + 48),
      /alignment of section .bun is 0\n/,
    ],
    [
      "another processor",
      (file) => file.writeUInt16LE(40, 18),
      /machine is 40\n.*62 or 183: x86-64 or AArch64/,
    ],
    [
      "a segment that ends before the page does",
      (file) => file.writeUInt32LE(file.readUInt32LE(SEGMENT + 32) - 1, SEGMENT + 32),
      /end of the segment of section .bun is \d+\n.*a page's end/,
    ],
    [
      "a segment that is longer in memory",
      (file) => file.writeUInt32LE(file.readUInt32LE(SEGMENT + 32) + 1, SEGMENT + 40),
      /size in memory of the segment of section .bun is \d+\n.*as in the file/,
    ],
    [
      "another segment behind the graph in the file",
      (file) => file.writeUInt32LE(file.length - 8, 64 + 2 * 56 + 32),
      /end of another segment is \d+\n.*at most 8192/,
    ],
    [
      "another segment behind the graph in memory",
      (file) => file.writeUInt32LE(0x500000, 64 + 16),
      /end of another segment in memory is \d+\n.*the graph's/,
    ],
    [
      "a section that is loaded behind the graph",
      (file, headers) => file.writeUInt32LE(2, headers + 5 * 64 + 8),
      /a section at offset is \d+\n.*not loaded behind it/,
    ],
    [
      "too many sections",
      (file) => file.writeUInt16LE(65535, 60),
      /section header count is 65535\n.*1 to 128/,
    ],
    [
      "a name table that is no section",
      (file) => file.writeUInt16LE(6, 62),
      /name table's index is 6\n.*below 6/,
    ],
    [
      "a section without a name",
      (file, headers) => file.writeUInt32LE(999, headers + 128),
      /section 2: name offset is 999\n/,
    ],
    [
      "a section whose name has no end",
      (file, headers) => file.writeUInt32LE(15, headers + 64 + 32),
      /section 2: name is "without an end"\n/,
    ],
    [
      "section headers of another size",
      (file) => file.writeUInt16LE(65, 58),
      /section header size is 65\n.*64/,
    ],
    [
      "program headers of another size",
      (file) => file.writeUInt16LE(32, 54),
      /program header size is 32\n.*56/,
    ],
  ]
  test.each(faults)("rejects %s", (_, breakIt, message) => {
    const sample = sampleExecutable({ layout: "elf-section" })
    breakIt(sample.file, headersOf(sample))
    expect(messageOf(sample.file)).toMatch(message)
  })

  test("rejects other parts of the file inside the graph", () => {
    const modules = [sampleModule({ name: "a", contents: Buffer.alloc(512) })]
    const withSection = sampleExecutable({ layout: "elf-section", modules })
    withSection.file.writeUInt32LE(withSection.payload.start + 16, headersOf(withSection) + 24)
    withSection.file.writeUInt32LE(8, headersOf(withSection) + 32)
    expect(messageOf(withSection.file)).toMatch(/a section at offset is \d+\n.*outside of the graph/)
    const withHeaders = sampleExecutable({ layout: "elf-section", modules })
    withHeaders.file.copy(withHeaders.file, withHeaders.payload.start + 16, 64, 64 + 2 * 56)
    withHeaders.file.writeUInt32LE(withHeaders.payload.start + 16, 32)
    expect(messageOf(withHeaders.file)).toMatch(
      /the program header table at offset is \d+\n.*between 64 and \d+/,
    )
  })

  test("rejects bytes after the payload in its segment, and after the section headers", () => {
    const sample = sampleExecutable({ layout: "elf-section" })
    sample.file[sample.payload.end + 3] = 1
    expect(messageOf(sample.file)).toMatch(/what follows section .bun in its segment/)
    const { file } = sampleExecutable({ layout: "elf-section" })
    expect(messageOf(Buffer.concat([file, Buffer.alloc(1)]))).toMatch(/end of the section header table is/)
  })
})

describe("the PE layout", () => {
  /** The optional header, and the header of the section that holds the graph. */
  const [OPTIONAL, SECTION] = [88, 88 + 240 + 2 * 40]
  type Fault = [title: string, breakIt: (file: Buffer) => void, message: RegExp]
  const faults: Fault[] = [
    ["no section of the name", (file) => file.write(".bum", SECTION), /count of sections .bun is 0\n/],
    [
      "two sections of the name",
      (file) => file.write(".bun\0", SECTION - 40),
      /count of sections .bun is 2\n/,
    ],
    [
      "a section that is run",
      (file) => file.writeUInt32LE(0x6000_0020, SECTION + 36),
      /characteristics of section/,
    ],
    ["a section further back", (file) => file.writeUInt32LE(0xa00, SECTION + 20), /end of section 2 is/],
    [
      "a section that overlaps",
      (file) => file.writeUInt32LE(0x700, SECTION + 20),
      /offset of section .bun is 1792/,
    ],
    [
      "a section over another in memory",
      (file) => file.writeUInt32LE(0x3000, SECTION + 12),
      /address of section .bun is/,
    ],
    [
      "a section with room",
      (file) => file.writeUInt32LE(file.readUInt32LE(SECTION + 8) + 512, SECTION + 8),
      /size of section .bun/,
    ],
    ["a longer image", (file) => file.writeUInt32LE(0x9000, OPTIONAL + 56), /image's length is 36864\n/],
    [
      "a length that is not the section's",
      (file) => file.writeUInt32LE(5, 0x800),
      /length in section .bun is 5\n/,
    ],
    [
      "bytes after the payload",
      (file) => file.fill(1, file.length - 1),
      /what follows the payload in section .bun/,
    ],
    [
      "a directory inside the graph",
      (file) => file.writeUInt32LE(0x4010, OPTIONAL + 112),
      /end of directory 0 is/,
    ],
    [
      "a certificate that is not there",
      (file) => file.writeUInt32LE(8, OPTIONAL + 148),
      /what follows the last section/,
    ],
    [
      "a certificate of no length",
      (file) => file.writeUInt32LE(8, OPTIONAL + 144),
      /certificate's offset is 8\n/,
    ],
    ["symbols behind everything", (file) => file.writeUInt32LE(8, 68 + 8), /symbol table's offset is 8\n/],
    ["no PE header", (file) => file.write("NE", 64), /the PE header is "NE/],
    ["a PE header elsewhere", (file) => file.writeUInt32LE(1e9, 60), /PE header's offset is 1000000000\n/],
    ["32 bits", (file) => file.writeUInt16LE(0x10b, OPTIONAL), /optional header's magic is 267\n/],
    [
      "an alignment that is none",
      (file) => file.writeUInt32LE(600, OPTIONAL + 36),
      /alignment in the file is 600\n/,
    ],
    ["no sections", (file) => file.writeUInt16LE(0, 70), /section count is 0\n.*1 to 96/],
  ]
  test.each(faults)("rejects %s", (_, breakIt, message) => {
    const { file } = sampleExecutable({ layout: "pe-section" })
    breakIt(file)
    expect(messageOf(file)).toMatch(message)
  })

  test("takes a certificate behind everything, but nothing behind that", () => {
    const { file } = sampleExecutable({ layout: "pe-section" })
    expect(readModuleGraph(file).runtime.signature).toEqual({ kind: "none", bytes: 0 })
    expect(readModuleGraph(signPe(file)).runtime.signature).toEqual({ kind: "certificate", bytes: 0x30 })
    for (const more of [file, signPe(file)])
      expect(messageOf(Buffer.concat([more, Buffer.alloc(8)]))).toMatch(/what follows the last section/)
  })
})

describe("the Mach-O layout", () => {
  /** The commands of the segments `__BUN` and `__LINKEDIT`, the header of the section, and the signature's command. */
  const [BUN, SECTION] = [32 + 2 * 72, 32 + 3 * 72]
  const LINKEDIT = BUN + 152
  const SIGNATURE = LINKEDIT + 72 + 16 + 16 + 24 + 80 + 24 + 16
  type Fault = [title: string, breakIt: (file: Buffer) => void, message: RegExp]
  const faults: Fault[] = [
    [
      "another segment in its place",
      (file) => file.write("__BUM", BUN + 8),
      /last two segments is "__BUM, __LINKEDIT"/,
    ],
    ["another section", (file) => file.write("__bum", SECTION), /section of __BUN is "__bum"/],
    [
      "a section further back",
      (file) => file.writeUInt32LE(0x1010, SECTION + 48),
      /offset of section __bun is 4112\n/,
    ],
    [
      "a section longer than its segment",
      (file) => file.writeUInt32LE(0x4001, SECTION + 40),
      /size of section __bun is 16385\n/,
    ],
    [
      "a section of another address",
      (file) => file.writeUInt32LE(0, SECTION + 32),
      /address of section __bun is/,
    ],
    [
      "a segment longer in memory",
      (file) => file.writeUInt32LE(0x8000, BUN + 32),
      /size in memory of segment __BUN is 32768\n/,
    ],
    [
      "__LINKEDIT elsewhere in memory",
      (file) => file.writeUInt32LE(0, LINKEDIT + 24),
      /address of segment __LINKEDIT is/,
    ],
    [
      "__LINKEDIT elsewhere in the file",
      (file) => file.writeUInt32LE(0x5010, LINKEDIT + 40),
      /end of command 3 is|offset of segment __LINKEDIT/,
    ],
    [
      "__LINKEDIT that ends early",
      (file) => file.writeUInt32LE(0x30, LINKEDIT + 48),
      /end of __LINKEDIT or of its signature is/,
    ],
    [
      "code inside the graph",
      (file) => file.writeUInt32LE(0x1400, 32 + 72 + 48),
      /end of another segment is 5120\n/,
    ],
    [
      "code over the graph in memory",
      (file) => file.writeUInt32LE(0x8000, 32 + 72 + 32),
      /end of another segment in memory is/,
    ],
    [
      "fixups outside of __LINKEDIT",
      (file) => file.writeUInt32LE(0x1010, LINKEDIT + 72 + 8),
      /offset of something in __LINKEDIT is 4112\n/,
    ],
    [
      "a signature that ends early",
      (file) => file.writeUInt32LE(0x20, SIGNATURE + 12),
      /end of __LINKEDIT or of its signature is/,
    ],
    ["no signature", (file) => file.writeUInt32LE(0x1b, SIGNATURE), /count of code signatures is 0\n/],
    [
      "a signature of another kind",
      (file) => file.fill(1, file.readUInt32LE(SIGNATURE + 8)),
      /the code signature is "0x1010101"/,
    ],
    [
      "a command that is not known",
      (file) => file.writeUInt32LE(0x22, SIGNATURE - 16),
      /command 9 is "0x22"\n/,
    ],
    ["a command of no length", (file) => file.writeUInt32LE(0, SIGNATURE + 4), /command 10: length is 0\n/],
    ["too many commands", (file) => file.writeUInt32LE(300, 16), /command count is 300\n.*1 to 256/],
    ["a library", (file) => file.writeUInt32LE(6, 12), /file's type is 6\n.*an executable/],
    [
      "a length that is not the section's",
      (file) => file.writeUInt32LE(5, 0x1000),
      /length in section .bun is 5\n/,
    ],
    [
      "bytes after the payload",
      (file) => file.fill(1, 0x4fff, 0x5000),
      /what follows section __bun in its segment/,
    ],
  ]
  test.each(faults)("rejects %s", (_, breakIt, message) => {
    const { file } = sampleExecutable({ layout: "macho-section" })
    breakIt(file)
    expect(messageOf(file)).toMatch(message)
  })

  test("rejects anything behind the signature", () => {
    const { file } = sampleExecutable({ layout: "macho-section" })
    expect(readModuleGraph(file).runtime.signature).toMatchObject({ kind: "ad hoc" })
    expect(messageOf(Buffer.concat([file, Buffer.alloc(16)]))).toMatch(
      /end of __LINKEDIT or of its signature is/,
    )
  })
})

test("says of a file that is no executable of a known system what it is not", () => {
  expect(messageOf(Buffer.alloc(0))).toMatch(/the file's length is 0\n.*at least 64/)
  expect(messageOf(Buffer.from("#!/bin/sh\n".padEnd(4096)))).toMatch(
    /magic is "23212f62.*\n.*Linux executable/,
  )
  expect(messageOf(Buffer.from("MZ".padEnd(4096)))).toMatch(/PE header's offset is \d+\n/)
  expect(messageOf(Buffer.from("cffaedfe".padEnd(8192, "0"), "hex"))).toMatch(/file's type is 0\n/)
})

function messageOf(file: Uint8Array): string {
  try {
    readModuleGraph(file)
  } catch (error) {
    expect(error).toBeInstanceOf(Failure)
    return (error as Failure).message
  }
  throw new Error("it was read")
}

/** Buffer and Uint8Array of the same bytes are not equal for `toEqual`. */
function withPlainBytes(modules: object[]) {
  return modules.map((module) =>
    Object.fromEntries(
      Object.entries(module).map(([key, value]) => [key, value instanceof Uint8Array ? [...value] : value]),
    ),
  )
}
