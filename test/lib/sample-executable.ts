import type { EmbeddedModule, ModuleGraph } from "../../scripts/container/index.ts"

/** A small executable of our own, made without the code that it tests, and where its parts are. */
export interface SampleExecutable {
  file: Buffer
  /** Offsets in the file. */
  payload: { start: number; end: number }
  /** The offset of a module's record. */
  record(index: number): number
  /** The offset of the 32-byte offsets record. */
  offsets: number
}

type Sample = Pick<ModuleGraph, "layout"> & Partial<Pick<ModuleGraph, "modules" | "entry" | "argv" | "flags">>

/** A module; what is not given is empty, or that of JavaScript. */
export function sampleModule(module: Partial<EmbeddedModule> & { name: string }): EmbeddedModule {
  const nothing = Buffer.alloc(0)
  return {
    contents: nothing,
    sourceMap: nothing,
    bytecode: nothing,
    moduleInfo: nothing,
    bytecodePath: nothing,
    encoding: 1,
    loader: 1,
    format: 1,
    side: 0,
    ...module,
  }
}

/** Three modules that have, between them, every part that a module can have. */
export function sampleModules(): EmbeddedModule[] {
  return [
    sampleModule({ name: "/$bunfs/root/main.js", contents: Buffer.from("// @bun\nconsole.log(1)\n") }),
    sampleModule({
      name: "/$bunfs/root/wörker.js",
      contents: Buffer.from("// @bun\nself.close()\n"),
      bytecode: Buffer.from([1, 2, 0, 0]),
      moduleInfo: Buffer.from([3, 0]),
      bytecodePath: Buffer.from("/$bunfs/root/worker.js"),
      sourceMap: Buffer.from([4, 0, 0]),
    }),
    sampleModule({ name: "/$bunfs/root/empty.txt", encoding: 0, loader: 5, format: 0, side: 1 }),
  ]
}

export function sampleExecutable(sample: Sample): SampleExecutable {
  const payload = makePayload(sample)
  const start = sample.layout === "appended" ? PAGE : 2 * PAGE + 8
  const file = sample.layout === "appended" ? appended(payload.bytes) : inSection(payload.bytes)
  const end = start + payload.bytes.length
  return {
    file,
    payload: { start, end },
    record: (index) => start + payload.records + 52 * index,
    offsets: end - 48,
  }
}

const PAGE = 4096

function makePayload(sample: Sample): { bytes: Buffer; records: number } {
  const { modules = sampleModules(), entry = 0, argv = "--user-agent=sample/1 --", flags = 3 } = sample
  let bytes = Buffer.alloc(0)
  const put = (part: Uint8Array, nul = 0) => {
    const place = part.length + nul === 0 ? [0, 0] : [bytes.length, part.length]
    bytes = Buffer.concat([bytes, part, Buffer.alloc(nul)])
    return place
  }
  const records = modules.map((module) => {
    while (module.bytecode.length > 0 && bytes.length % 128 !== 120) put(Buffer.alloc(1))
    const [bytecode, info] = [put(module.bytecode), put(module.moduleInfo)]
    const path = put(module.bytecodePath, module.bytecodePath.length > 0 ? 1 : 0)
    const [name, contents] = [put(Buffer.from(module.name), 1), put(module.contents, 1)]
    const map = put(module.sourceMap)
    const numbers = [name, contents, map, bytecode, info, path].flat()
    const kinds = [module.encoding, module.loader, module.format, module.side]
    return Buffer.concat([u32(...numbers), Buffer.from(kinds)])
  })
  const recordsAt = bytes.length
  put(Buffer.concat(records))
  const argvAt = put(Buffer.from(argv), 1)
  const offsets = u32(bytes.length, 0, recordsAt, 52 * modules.length, entry, ...argvAt, flags)
  put(offsets)
  put(Buffer.from("\n---- Bun! ----\n"))
  return { bytes, records: recordsAt }
}

/** A page of ELF, then the payload, then the length of all. */
function appended(payload: Buffer): Buffer {
  const runtime = Buffer.alloc(PAGE)
  const names = Buffer.from("\0.shstrtab\0")
  names.copy(runtime, 512)
  elfHeader(runtime, { segments: 1, sectionsAt: 1024, sections: 2 })
  segment(runtime, 0, { offset: 0, address: 0x200000, size: PAGE, flags: 5 })
  section(runtime, 1024 + 64, { name: 1, address: 0, offset: 512, size: names.length, alignment: 1 })
  return Buffer.concat([runtime, payload, u32(PAGE + payload.length + 8, 0)])
}

/** A page of ELF, a page with the pointer, then the section, padded; at the end names and section headers. */
function inSection(payload: Buffer): Buffer {
  const names = Buffer.from("\0.shstrtab\0.bun\0")
  const size = 8 + payload.length
  const room = size + 24
  const namesAt = 2 * PAGE + room
  const sectionsAt = namesAt + names.length
  const file = Buffer.alloc(sectionsAt + 3 * 64)
  const address = 0x600000
  elfHeader(file, { segments: 2, sectionsAt, sections: 3 })
  segment(file, 0, { offset: PAGE, address: 0x400000, size: PAGE, flags: 6 })
  segment(file, 1, { offset: 2 * PAGE, address, size: room, flags: 4 })
  u32(address, 0).copy(file, PAGE)
  u32(payload.length, 0).copy(file, 2 * PAGE)
  payload.copy(file, 2 * PAGE + 8)
  names.copy(file, namesAt)
  section(file, sectionsAt + 64, { name: 1, address: 0, offset: namesAt, size: names.length, alignment: 1 })
  section(file, sectionsAt + 128, { name: 11, address, offset: 2 * PAGE, size, alignment: PAGE })
  return file
}

function elfHeader(file: Buffer, of: { segments: number; sectionsAt: number; sections: number }): void {
  Buffer.from("7f454c46020101", "hex").copy(file)
  file.writeUInt16LE(2, 16)
  file.writeUInt16LE(62, 18)
  file.writeBigUInt64LE(64n, 32)
  file.writeBigUInt64LE(BigInt(of.sectionsAt), 40)
  const sizes = [64, 56, of.segments, 64, of.sections, 1]
  sizes.forEach((value, index) => {
    file.writeUInt16LE(value, 52 + 2 * index)
  })
}

function segment(
  file: Buffer,
  index: number,
  of: { offset: number; address: number; size: number; flags: number },
): void {
  u32(1, of.flags, of.offset, 0, of.address, 0, of.address, 0, of.size, 0, of.size, 0, PAGE, 0).copy(
    file,
    64 + 56 * index,
  )
}

function section(
  file: Buffer,
  at: number,
  of: { name: number; address: number; offset: number; size: number; alignment: number },
): void {
  u32(of.name, 1, 0, 0, of.address, 0, of.offset, 0, of.size, 0, 0, 0, of.alignment, 0, 0, 0).copy(file, at)
}

function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, index) => {
    bytes.writeUInt32LE(value, 4 * index)
  })
  return bytes
}
