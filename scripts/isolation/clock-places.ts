const SHT_DYNSYM = 11

/** Finds a function in the table of dynamic symbols of an ELF file (64 bits, little endian). Throws when it has none. */
export function findVdsoFunction(elf: Buffer, name: string): { offset: number; size: number } {
  const number = (at: number) => Number(elf.readBigUInt64LE(at))
  const sections = Array.from({ length: elf.readUInt16LE(60) }, (_, index) => {
    const header = number(40) + index * elf.readUInt16LE(58)
    const [type, link] = [elf.readUInt32LE(header + 4), elf.readUInt32LE(header + 40)]
    return { type, link, offset: number(header + 24), size: number(header + 32) }
  })
  const symbols = sections.find(({ type }) => type === SHT_DYNSYM)
  const strings = symbols && sections[symbols.link]
  if (!symbols || !strings) throw new Error("the vDSO has no dynamic symbols")
  for (let entry = symbols.offset; entry < symbols.offset + symbols.size; entry += 24) {
    const text = strings.offset + elf.readUInt32LE(entry)
    if (elf.toString("latin1", text, elf.indexOf(0, text)) === name)
      return { offset: number(entry + 8), size: number(entry + 16) }
  }
  throw new Error(`the vDSO has no ${name}`)
}

/**
 * Bun's own code (in Zig) asks the kernel for the time by a system call wherever its pointer to the vDSO's function is
 * null, which it is in the executables of Bun. Finds that pointer by those places: `mov REG, [pointer]` ahead of
 * `mov eax, SYS_clock_gettime … syscall`.
 * @param text machine code
 * @param start the address that it is mapped to
 * @returns the pointer's address, once for each place
 */
export function findClockPointers(text: Buffer, start: number): number[] {
  const found: number[] = []
  for (let at = text.indexOf(MOVE_NUMBER); at !== -1; at = text.indexOf(MOVE_NUMBER, at + 1)) {
    if (!text.subarray(at + MOVE_NUMBER.length, at + 30).includes(SYSCALL)) continue
    for (let load = at - 7; load > at - 120 && load >= 0; load--) {
      const isLoad =
        (text[load]! & 0xfb) === 0x48 && text[load + 1] === 0x8b && (text[load + 2]! & 0xc7) === 5
      if (!isLoad) continue
      found.push(start + load + 7 + text.readInt32LE(load + 3))
      break
    }
  }
  return found
}

const MOVE_NUMBER = Buffer.from([0xb8, 228, 0, 0, 0])
const SYSCALL = Buffer.from([0x0f, 0x05])
