import { readElf, SHT_DYNSYM } from "../lib/elf.ts"
import { FieldReader } from "../lib/field-reader.ts"

const SYMBOL_BYTES = 24

/** Finds a function in the table of dynamic symbols of an ELF file (64 bits, little endian). Throws when it has none. */
export function findVdsoFunction(file: Uint8Array, name: string): { offset: number; size: number } {
  const reader = new FieldReader(file, refuse)
  const { sections } = readElf(file, refuse)
  const symbols = sections.find(({ type }) => type === SHT_DYNSYM)
  const strings = symbols && sections[symbols.link]
  if (!symbols || !strings) throw new Error("the vDSO has no dynamic symbols")
  const wanted = Buffer.from(`${name}\0`)
  for (let entry = symbols.offset; entry < symbols.offset + symbols.size; entry += SYMBOL_BYTES) {
    const text = strings.offset + reader.u32("a symbol's name", entry)
    if (!wanted.equals(file.subarray(text, text + wanted.length))) continue
    return {
      offset: reader.u64("a symbol's value", entry + 8, file.length),
      size: reader.u64("a symbol's size", entry + 16, file.length),
    }
  }
  throw new Error(`the vDSO has no ${name}`)
}

function refuse(field: string, value: unknown, expected: string): Error {
  return new Error(`the vDSO is not recognised: ${field} is ${value}, and must be ${expected}`)
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
