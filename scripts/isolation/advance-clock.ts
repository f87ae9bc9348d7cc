import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync, writeSync } from "node:fs"
import { findClockPointers, findVdsoFunction } from "./clock-places.ts"

/**
 * `bun advance-clock.ts EXECUTABLE SECONDS` lets that much time pass at once for every process of EXECUTABLE: what
 * clock_gettime(2) says is later from then on. A process that sleeps until its next timer has to be woken, as by a
 * request, to see that it is due. x86-64 only.
 *
 * Programs ask the vDSO, code that the kernel maps into each process; it is written over with a few instructions that ask
 * the kernel and add the seconds. Nothing else works on any executable: a time namespace sets the clocks only of processes
 * yet to be started, a preloaded library does not reach system calls, and a compiled executable heeds no preload of a script.
 */
function advanceClock(executable: string, seconds: number): number {
  const processes = numbersIn("/proc").filter((pid) => executableOf(pid) === executable)
  for (const pid of processes) advance(pid, executable, BigInt(seconds))
  return processes.length
}

function advance(pid: number, executable: string, seconds: bigint): void {
  const memory = openMemory(pid)
  try {
    const [vdso] = memory.mappings("[vdso]")
    if (!vdso) throw new Error(`process ${pid} has no vDSO`)
    const { offset, size } = findVdsoFunction(memory.read(vdso.start, vdso.length), "__vdso_clock_gettime")
    if (size < code.length) throw new Error(`clock_gettime of this kernel's vDSO has ${size} bytes`)
    const start = vdso.start + offset
    const before = memory.read(start, code.length)
    const replacement = Buffer.from(code)
    const isOurs = before.subarray(0, SECONDS).equals(code.subarray(0, SECONDS))
    replacement.writeBigInt64LE(seconds + (isOurs ? before.readBigInt64LE(SECONDS) : 0n), SECONDS)
    const pointers = memory
      .mappings(executable)
      .filter(({ executable }) => executable)
      .flatMap((mapping) => findClockPointers(memory.read(mapping.start, mapping.length), mapping.start))
    whileNobodyIsIn(pid, start, size, () => {
      memory.write(start, replacement)
      for (const pointer of new Set(pointers)) fillPointer(memory, pointer, start)
    })
  } finally {
    memory.close()
  }
}

/** Where the seconds stand in the code. */
const SECONDS = 40

/** `int clock_gettime(clockid_t, struct timespec *)` that adds the seconds to all clocks but those of CPU time. */
const code = Buffer.from([
  ...[0xb8, 228, 0, 0, 0], // mov eax, SYS_clock_gettime
  ...[0x0f, 0x05], // syscall
  ...[0x85, 0xc0], // test eax, eax
  ...[0x75, 22], // jnz end
  ...[0x85, 0xff], // test edi, edi
  ...[0x78, 18], // js end: the CPU time of another process
  ...[0x8d, 0x4f, 0xfe], // lea ecx, [rdi - 2]
  ...[0x83, 0xf9, 0x01], // cmp ecx, 1
  ...[0x76, 10], // jbe end: 2 and 3 are the CPU time of this process and thread
  ...[0x48, 0x8b, 0x0d, 10, 0, 0, 0], // mov rcx, [seconds]
  ...[0x48, 0x01, 0x0e], // add [rsi], rcx
  0xc3, // end: ret
  ...[0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc],
  ...[0, 0, 0, 0, 0, 0, 0, 0], // seconds
])

/** Gives a program that has not found the vDSO the function that it would call. */
function fillPointer(memory: Memory, pointer: number, target: number): void {
  if (memory.read(pointer, 8).readBigUInt64LE() !== 0n) return
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(target))
  memory.write(pointer, bytes)
}

type Memory = ReturnType<typeof openMemory>

function openMemory(pid: number) {
  const file = openSync(`/proc/${pid}/mem`, "r+")
  return {
    /** Those of a file, or of what the kernel names in brackets. */
    mappings(name: string): { start: number; length: number; executable: boolean }[] {
      const lines = readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")
      return lines
        .filter((line) => line.endsWith(` ${name}`))
        .map((line) => {
          const [, start, end, permissions] = /^(\w+)-(\w+) (\S+)/.exec(line)!
          const from = Number.parseInt(start!, 16)
          return {
            start: from,
            length: Number.parseInt(end!, 16) - from,
            executable: permissions![2] === "x",
          }
        })
    },
    read(address: number, length: number): Buffer {
      const bytes = Buffer.alloc(length)
      for (let done = 0; done < length; ) done += readSync(file, bytes, done, length - done, address + done)
      return bytes
    },
    write: (address: number, bytes: Buffer) => void writeSync(file, bytes, 0, bytes.length, address),
    close: () => closeSync(file),
  }
}

/** Acts while the process is stopped and none of its threads is about to go on in the function that is written over. */
function whileNobodyIsIn(pid: number, start: number, size: number, act: () => void): void {
  for (let attempt = 0; attempt < 100; attempt++) {
    process.kill(pid, "SIGSTOP")
    try {
      const places = numbersIn(`/proc/${pid}/task`).map((thread) => placeOf(pid, thread))
      if (places.every((place) => place !== undefined && (place < start || place >= start + size))) {
        act()
        return
      }
    } finally {
      process.kill(pid, "SIGCONT")
    }
    Bun.sleepSync(5)
  }
  throw new Error(`process ${pid} could not be stopped outside clock_gettime`)
}

/** Where a stopped thread goes on; undefined while it is running. */
function placeOf(pid: number, thread: number): number | undefined {
  const words = readFileSync(`/proc/${pid}/task/${thread}/syscall`, "utf8").trim().split(" ")
  return words.length > 1 ? Number(words.at(-1)) : undefined
}

function executableOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    // It has ended, or is not ours to look at.
    return undefined
  }
}

const numbersIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

if (import.meta.main) {
  const [executable, seconds] = process.argv.slice(2)
  if (advanceClock(executable!, Number(seconds)) === 0) throw new Error(`no process runs ${executable}`)
}
