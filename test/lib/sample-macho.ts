import { createHash } from "node:crypto"
import { type Machine, u32 } from "./sample-elf.ts"

/*
 * Small Mach-O files, laid out as the executables of Bun for macOS are: headers and code, the segment `__BUN` (zeros in a
 * stock Bun), and `__LINKEDIT`, which ends with the code signature.
 */

const KINDS = {
  "x86-64": { number: 0x01000007, page: 0x1000 },
  AArch64: { number: 0x0100000c, page: 0x4000 },
}
const TEXT_BYTES = 0x1000
const BUN_PAGE = 0x4000
const BASE = 0x1_0000_0000
const LINKEDIT = Buffer.from("fixups..exports.starts..symbols.strings.indirect")
/** Where the commands stand: each is behind the one before. */
const COMMANDS = [
  "pagezero",
  "text",
  "bun",
  "linkEdit",
  "fixups",
  "exports",
  "symbols",
  "dynamic",
  "main",
  "starts",
  "signature",
]
const LENGTHS: Record<string, number> = {
  pagezero: 72,
  text: 72,
  bun: 152,
  linkEdit: 72,
  symbols: 24,
  dynamic: 80,
  main: 24,
}

/** The size of `__LINKEDIT` and of the signature: they depend on who signs. */
export const MACHO_SEAL = [
  { at: at("linkEdit") + 32, bytes: 8 },
  { at: at("linkEdit") + 48, bytes: 8 },
  { at: at("signature") + 12, bytes: 4 },
]

/** Where the signature of a file starts, by what its headers said when it was made. */
export function signatureStart(payloadBytes: number): number {
  return TEXT_BYTES + roundUp(8 + payloadBytes, BUN_PAGE) + LINKEDIT.length
}

/** A stock Bun for macOS, with a signature that says to be somebody's. */
export function stockMacho(machine: Machine): Buffer {
  return sign(makeMacho(machine, { sectionBytes: BUN_PAGE, section: [2, 0] }), machine, true)
}

/** The payload in its section, signed ad hoc. */
export function embedInMacho(payload: Buffer, machine: Machine): { file: Buffer; start: number } {
  const code = makeMacho(machine, { sectionBytes: 8 + payload.length, section: [14, 0x1000_0000] })
  u32(payload.length).copy(code, TEXT_BYTES)
  payload.copy(code, TEXT_BYTES + 8)
  return { file: sign(code, machine, false), start: TEXT_BYTES + 8 }
}

/** @param section its alignment and flags */
function makeMacho(
  machine: Machine,
  { sectionBytes, section }: { sectionBytes: number; section: number[] },
): Buffer {
  const bunBytes = roundUp(sectionBytes, BUN_PAGE)
  const linkEdit = TEXT_BYTES + bunBytes
  const file = Buffer.alloc(linkEdit + LINKEDIT.length)
  const end = at("signature") + 16
  u32(0xfeedfacf, KINDS[machine].number, 0, 2, COMMANDS.length, end - 32, 0x200085).copy(file)
  const put = (name: string, command: number, ...values: number[]) =>
    u32(command, LENGTHS[name] ?? 16, ...values).copy(file, at(name))
  const segment = (name: string, called: string, values: number[], sections = 0) => {
    put(name, 0x19)
    file.write(called, at(name) + 8)
    values.forEach((value, index) => {
      file.writeBigUInt64LE(BigInt(value), at(name) + 24 + 8 * index)
    })
    u32(5, 5, sections).copy(file, at(name) + 56)
  }
  segment("pagezero", "__PAGEZERO", [0, BASE, 0, 0])
  segment("text", "__TEXT", [BASE, TEXT_BYTES, 0, TEXT_BYTES])
  segment("bun", "__BUN", [BASE + BUN_PAGE, bunBytes, TEXT_BYTES, bunBytes], 1)
  const header = at("bun") + 72
  file.write("__bun", header)
  file.write("__BUN", header + 16)
  file.writeBigUInt64LE(BigInt(BASE + BUN_PAGE), header + 32)
  file.writeBigUInt64LE(BigInt(sectionBytes), header + 40)
  u32(TEXT_BYTES, section[0]!, 0, 0, section[1]!).copy(file, header + 48)
  segment("linkEdit", "__LINKEDIT", [BASE + BUN_PAGE + bunBytes, 0, linkEdit, 0])
  put("fixups", 0x80000034, linkEdit, 8)
  put("exports", 0x80000033, linkEdit + 8, 8)
  put("symbols", 0x2, linkEdit + 24, 0, linkEdit + 32, 8)
  put("dynamic", 0xb, ...Array(12).fill(0), linkEdit + 40, 2)
  put("main", 0x80000028, 0x800)
  put("starts", 0x26, linkEdit + 16, 8)
  put("signature", 0x1d, file.length)
  file.fill("code", 0x800, 0x900)
  LINKEDIT.copy(file, linkEdit)
  return file
}

/** @param certified whether the signature is to look like one of a certificate */
function sign(code: Buffer, machine: Machine, certified: boolean): Buffer {
  const pages = Math.ceil(code.length / 4096)
  const directoryBytes = 94 + 32 * pages
  const certificate = certified
    ? Buffer.concat([be(0xfade0b01, 16), Buffer.alloc(8, "CMS")])
    : Buffer.alloc(0)
  const head = certified ? be(2, 0, 28, 0x10000, 28 + directoryBytes) : be(1, 0, 20)
  const size = 8 + head.length + directoryBytes + certificate.length
  const edits = code.readBigUInt64LE(at("linkEdit") + 40)
  const linkEditBytes = code.length - Number(edits) + size
  code.writeBigUInt64LE(BigInt(roundUp(linkEditBytes, KINDS[machine].page)), at("linkEdit") + 32)
  code.writeBigUInt64LE(BigInt(linkEditBytes), at("linkEdit") + 48)
  u32(size).copy(code, at("signature") + 12)
  const hashes = Array.from({ length: pages }, (_, page) =>
    createHash("sha256")
      .update(code.subarray(4096 * page, 4096 * (page + 1)))
      .digest(),
  )
  const directory = Buffer.concat([
    be(0xfade0c02, directoryBytes, 0x20400, 0x20002, 94, 88, 0, pages, code.length),
    Buffer.from([32, 2, 0, 12]),
    be(0, 0, 0, 0, 0, 0, 0, 0, 0, TEXT_BYTES, 0, 1),
    Buffer.from("a.out\0"),
    ...hashes,
  ])
  return Buffer.concat([code, be(0xfade0cc0, size), head, directory, certificate])
}

function at(name: string): number {
  return COMMANDS.slice(0, COMMANDS.indexOf(name)).reduce((sum, one) => sum + (LENGTHS[one] ?? 16), 32)
}

/** Numbers of 32 bits, big-endian. */
function be(...values: number[]): Buffer {
  return u32(...values).swap32()
}

function roundUp(offset: number, step: number): number {
  return Math.ceil(offset / step) * step
}
