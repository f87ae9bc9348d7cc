import { expect, test } from "bun:test"
import { closeSync, openSync, readFileSync, readSync } from "node:fs"
import { findVdsoFunction } from "../../../scripts/isolation/clock-places.ts"

test.skipIf(process.platform !== "linux")(
  "finds the functions of this kernel's vDSO, each in a place of its own",
  () => {
    const vdso = readVdso()
    const [time, cpu] = ["__vdso_clock_gettime", "__vdso_getcpu"].map((name) => findVdsoFunction(vdso, name))
    for (const { offset, size } of [time!, cpu!]) {
      expect(size).toBeGreaterThan(0)
      expect(offset + size).toBeLessThanOrEqual(vdso.length)
    }
    expect(time!.offset).not.toBe(cpu!.offset)
    expect(() => findVdsoFunction(vdso, "__vdso_clock_gettim")).toThrow("the vDSO has no __vdso_clock_gettim")
  },
)

test("says of what is no vDSO which field is wrong", () => {
  expect(() => findVdsoFunction(Buffer.alloc(100), "f")).toThrow(
    /the vDSO is not recognised: the file's magic is 000000000000, and must be 7f454c460201/,
  )
})

function readVdso(): Buffer {
  const line = readFileSync("/proc/self/maps", "utf8")
    .split("\n")
    .find((line) => line.endsWith("[vdso]"))!
  const [start, end] = line
    .split(" ")[0]!
    .split("-")
    .map((hex) => Number.parseInt(hex, 16)) as [number, number]
  const bytes = Buffer.alloc(end - start)
  const file = openSync("/proc/self/mem", "r")
  readSync(file, bytes, 0, bytes.length, start)
  closeSync(file)
  return bytes
}
