import { type Machine, u16, u32 } from "./sample-elf.ts"

/*
 * Small PE files, laid out as the executables of Bun for Windows are: headers, code, data; a stock Bun ends with a
 * certificate, and in what is made of it the section `.bun` is the last.
 */

const KINDS = { "x86-64": 0x8664, AArch64: 0xaa64 }
const PE_AT = 64
const OPTIONAL = PE_AT + 24
const HEADERS = 0x400
const [SECTION, IN_FILE] = [0x1000, 0x200]
const CERTIFICATE = Buffer.concat([u32(0x30), u16(0x200, 2), Buffer.alloc(0x28, "signed")])
const TEXT = {
  name: ".text",
  address: 0x1000,
  memorySize: 0x180,
  offset: 0x400,
  size: 0x200,
  flags: 0x6000_0020,
}
const DATA = {
  name: ".data",
  address: 0x2000,
  memorySize: 0x1234,
  offset: 0x600,
  size: 0x200,
  flags: 0xc000_0040,
}

/** Where stands what depends on every byte: the checksum, and where the certificate is. */
export const PE_SEAL = [
  { at: OPTIONAL + 64, bytes: 4 },
  { at: OPTIONAL + 144, bytes: 8 },
]

/** A stock Bun for Windows, with a certificate that signs nothing. */
export function stockPe(machine: Machine): Buffer {
  return signPe(makePe(machine, [TEXT, DATA]))
}

/** The payload in a last section, without a certificate. */
export function embedInPe(payload: Buffer, machine: Machine): { file: Buffer; start: number } {
  const memorySize = 8 + payload.length
  const bun = { name: ".bun", address: 0x4000, memorySize, offset: 0x800, flags: 0x4000_0040 }
  const file = makePe(machine, [TEXT, DATA, { ...bun, size: roundUp(memorySize, IN_FILE) }])
  u32(payload.length).copy(file, bun.offset)
  payload.copy(file, bun.offset + 8)
  return { file: withChecksum(file), start: bun.offset + 8 }
}

/** Behind the file, a certificate; where it is stands in the headers, and the checksum counts it. */
export function signPe(file: Buffer): Buffer {
  const signed = Buffer.concat([file, CERTIFICATE])
  u32(file.length, CERTIFICATE.length).copy(signed, OPTIONAL + 144)
  return withChecksum(signed)
}

/** Any PE file without the certificate at its end. */
export function removeCertificate(signed: Buffer): Buffer {
  const optional = signed.readUInt32LE(60) + 24
  const file = Buffer.from(signed.subarray(0, signed.readUInt32LE(optional + 144)))
  file.fill(0, optional + 144, optional + 152)
  return withChecksum(file, optional)
}

interface Section {
  name: string
  address: number
  memorySize: number
  offset: number
  size: number
  flags: number
}

function makePe(machine: Machine, sections: Section[]): Buffer {
  const last = sections.at(-1)!
  const file = Buffer.alloc(last.offset + last.size)
  file.write("MZ")
  u32(PE_AT).copy(file, 60)
  file.write("PE\0\0", PE_AT)
  u16(KINDS[machine], sections.length).copy(file, PE_AT + 4)
  u16(240, 0x22).copy(file, PE_AT + 20)
  u16(0x20b).copy(file, OPTIONAL)
  u32(SECTION, IN_FILE).copy(file, OPTIONAL + 32)
  u32(roundUp(last.address + last.memorySize, SECTION), HEADERS).copy(file, OPTIONAL + 56)
  u32(16, TEXT.address, 0x20).copy(file, OPTIONAL + 108)
  sections.forEach(({ name, address, memorySize, offset, size, flags }, index) => {
    const header = OPTIONAL + 240 + 40 * index
    file.write(name, header)
    u32(memorySize, address, size, offset, 0, 0, 0, flags).copy(file, header + 8)
  })
  file.fill("code", TEXT.offset, TEXT.offset + TEXT.memorySize)
  file.fill("data", DATA.offset, DATA.offset + DATA.size)
  return file
}

/** Words added one by one, each carry at once; then the length. Microsoft's words for it are in "PE Format". */
function withChecksum(file: Buffer, optional = OPTIONAL): Buffer {
  const at = optional + 64
  file.writeUInt32LE(0, at)
  const even = file.length % 2 === 0 ? file : Buffer.concat([file, Buffer.alloc(1)])
  let sum = 0
  for (let word = 0; word < even.length; word += 2) {
    sum += even.readUInt16LE(word)
    sum = (sum & 0xffff) + (sum >> 16)
  }
  file.writeUInt32LE(sum + file.length, at)
  return file
}

function roundUp(offset: number, step: number): number {
  return Math.ceil(offset / step) * step
}
