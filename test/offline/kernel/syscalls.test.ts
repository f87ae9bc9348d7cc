import { expect, test } from "bun:test"
import { existsSync, readFileSync } from "node:fs"
import { E, MACHINES, Memory, type Name, syscall } from "../../../offline/kernel/syscalls.ts"

test("a system call gives its result, or the error number", () => {
  expect(syscall("getppid")).toBe(process.ppid)
  expect(syscall("close", -1)).toBe(-E.BADF)
})

test("what is written to memory is what a call reads", () => {
  const memory = new Memory(16)
  // As its buffer is asked for, too: a small typed array moves then.
  expect(memory.bytes.buffer.byteLength).toBeGreaterThan(0)
  const file = syscall("openat", -100, memory.text(0, import.meta.path), 0x80000)
  const length = syscall("read", file, memory.address, 4096)
  syscall("close", file)
  expect(Buffer.from(memory.bytes.subarray(0, length))).toEqual(
    readFileSync(import.meta.path).subarray(0, length),
  )
})

test("a pointer is kept to its last bit", () => {
  const memory = new Memory(16)
  memory.setU64(0, 2 ** 47 + 4097)
  expect(memory.u64(0)).toBe(2 ** 47 + 4097)
  expect(memory.view.getBigUint64(0, true)).toBe(2n ** 47n + 4097n)
})

test("calls that are new since Linux 5.1 have one number on all machines", () => {
  const { x64, arm64 } = MACHINES
  const names = Object.keys(x64.nr) as Name[]
  const newer = names.filter((name) => x64.nr[name] >= 424)
  expect(newer.length).toBeGreaterThan(5)
  for (const name of newer) expect({ name, number: arm64.nr[name] }).toEqual({ name, number: x64.nr[name] })
  expect(new Set(Object.values(arm64.nr)).size).toBe(names.length)
  expect(new Set(Object.values(x64.nr)).size).toBe(names.length)
})

/** Where Debian has the kernel's headers. */
const headers: [keyof typeof MACHINES, string][] = [
  ["x64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"],
  ["arm64", "/usr/include/asm-generic/unistd.h"],
]

test.skipIf(!headers.every(([, file]) => existsSync(file))).each(headers)(
  "the numbers of %s are those of the kernel's headers, where these are installed",
  (machine, file) => {
    const found = readFileSync(file, "utf8").matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)/gm)
    const numbers = Object.fromEntries(Array.from(found, ([, name, number]) => [name, Number(number)]))
    for (const [name, number] of Object.entries(MACHINES[machine].nr))
      expect({ name, number }).toEqual({ name, number: numbers[name]! })
  },
)
