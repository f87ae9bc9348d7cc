/**
 * A library for Windows that Wine 8 has not and Bun draws random numbers from: `bcryptprimitives.dll` with its one function
 * `ProcessPrng`, which fills memory with what the processor's own generator gives.
 */
export function randomDll(): Buffer {
  const [pe, optional, table, section] = [0x40, 0x58, 0x148, 0x1000]
  const file = Buffer.alloc(0x400)
  file.write("MZ")
  file.writeUInt32LE(pe, 0x3c)
  file.write("PE\0\0", pe)
  const u16 = (at: number, ...values: number[]) =>
    values.forEach((value, index) => {
      file.writeUInt16LE(value, at + 2 * index)
    })
  const u32 = (at: number, ...values: number[]) =>
    values.forEach((value, index) => {
      file.writeUInt32LE(value, at + 4 * index)
    })
  // x86-64, one section, a library.
  u16(pe + 4, 0x8664, 1)
  u16(pe + 20, 0xf0, 0x2022)
  u16(optional, 0x20b)
  file.writeBigUInt64LE(0x1_8000_0000n, optional + 24)
  u32(optional + 32, section, 0x200)
  u16(optional + 40, 6, 0, 0, 0, 6, 0)
  u32(optional + 56, 2 * section, 0x200)
  u16(optional + 68, 3, 0x100)
  u32(optional + 108, 16, section + 0x40, 0xa0)
  file.write(".text", table)
  u32(table + 8, 0x200, section, 0x200, 0x200)
  u32(table + 36, 0x6000_0020)
  // Until rdx is 0: rdrand eax, again where it gave nothing; [rcx++] = al; rdx--. Then 1 is returned.
  file.write("4885d2740f0fc7f073fb880148ffc148ffcaebecb801000000c3", 0x200, "hex")
  // The exports: name, base, counts, and where addresses, names and their numbers stand.
  u32(0x240 + 12, section + 0x80, 1, 1, 1, section + 0x70, section + 0x74, section + 0x78)
  u32(0x270, section, section + 0xa0)
  file.write("bcryptprimitives.dll\0", 0x280)
  file.write("ProcessPrng\0", 0x2a0)
  return file
}
