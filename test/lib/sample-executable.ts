import type { EmbeddedModule, ModuleGraph } from "../../scripts/container/index.ts"
import { appendTo, embedAtEnd, embedInLast, type Machine, plainBun, stockBun, u32 } from "./sample-elf.ts"
import { embedInMacho, MACHO_SEAL, signatureStart, stockMacho } from "./sample-macho.ts"
import { embedInPe, PE_SEAL, stockPe } from "./sample-pe.ts"

/** A small executable of our own, made without the code that it tests, and where its parts are. */
export interface SampleExecutable {
  file: Buffer
  /** Offsets in the file. */
  payload: { start: number; end: number }
  /** The offset of a module's record. */
  record(index: number): number
  /** The offset of the 32-byte offsets record. */
  offsets: number
  /** A copy of such a file without what depends on every byte: checksum and signature, and how long that is. */
  withoutSeal(file: Buffer): Buffer
}

/** How a sample for Linux is laid out: as Bun up to 1.3.11 did it, as 1.3.12 and 1.3.13 did, or as later ones do. */
export const ELF_FORMS = ["appended", "own-segment", "elf-section"] as const
/** The same, and Windows and macOS. */
export const FORMS = [...ELF_FORMS, "pe-section", "macho-section"] as const
export type Form = (typeof FORMS)[number]

/** What reading a sample of a form calls its layout. */
export function layoutOf(form: Form): string {
  return form === "own-segment" ? "elf-section" : form
}

type Sample = { layout: Form; machine?: Machine } & Partial<
  Pick<ModuleGraph, "modules" | "entry" | "argv" | "flags">
>

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

const MAKE = {
  appended: appendTo,
  "own-segment": embedAtEnd,
  "elf-section": embedInLast,
  "pe-section": embedInPe,
  "macho-section": embedInMacho,
}
const STOCK = {
  appended: plainBun,
  "own-segment": stockBun,
  "elf-section": stockBun,
  "pe-section": stockPe,
  "macho-section": stockMacho,
}
const SEALS: Partial<Record<Form, { at: number; bytes: number }[]>> = {
  "pe-section": PE_SEAL,
  "macho-section": MACHO_SEAL,
}

/** What `bun build --compile` would make of the stock Bun of that form. */
export function sampleExecutable(sample: Sample): SampleExecutable {
  const payload = makePayload(sample)
  const { layout, machine = "x86-64" } = sample
  const { file, start } = MAKE[layout](payload.bytes, machine)
  const end = start + payload.bytes.length
  return {
    file,
    payload: { start, end },
    record: (index) => start + payload.records + 52 * index,
    offsets: end - 48,
    withoutSeal(sealed) {
      const code = layout === "macho-section" ? signatureStart(payload.bytes.length) : file.length
      const copy = Buffer.from(SEALS[layout] ? sealed.subarray(0, code) : sealed)
      for (const { at, bytes } of SEALS[layout] ?? []) copy.fill(0, at, at + bytes)
      return copy
    },
  }
}

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

/** A small stock Bun, from which `sampleExecutable` of the same form would be made. */
export function sampleBun({ layout, machine = "x86-64" }: Pick<Sample, "layout" | "machine">): Buffer {
  return STOCK[layout](machine)
}
