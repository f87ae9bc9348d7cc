import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { machineFor, printMachine } from "../../../scripts/kit/machine.ts"
import { Failure } from "../../../scripts/lib/errors.ts"
import { hostTarget } from "../../../scripts/upstream/target.ts"

const executable = await readFile(process.execPath)

test("what loads an executable is read out of it", () => {
  const machine = machineFor(hostTarget().name, executable, 2_048_000)
  expect(machine.loader).toMatch(/^\/lib.*\/ld-.*\.so\.\d$/)
  expect(machine).toMatchObject({ system: "Linux", processor: "x86_64", flag: "avx2", kilobytes: 2000 })
  expect(printMachine(machine)).toContain(`loader ${machine.loader}\n`)
})

test("a baseline executable and one for ARM need no flag of x64", () => {
  expect(machineFor(`${hostTarget().name}-baseline-musl`, executable, 1).flag).toBeUndefined()
  const arm = machineFor("linux-arm64", executable, 1)
  expect([arm.processor, arm.flag]).toEqual(["aarch64", undefined])
  expect(printMachine(machineFor("linux-arm64", executable, 1))).not.toContain("undefined")
})

test("one for macOS or Windows has no loader that is compared, and macOS 13 is Darwin 22", () => {
  const nothing = Buffer.alloc(100)
  const darwin = machineFor("darwin-arm64", nothing, 1024)
  expect(darwin).toEqual({ system: "Darwin", processor: "arm64", kernel: "22.0", kilobytes: 1 })
  expect(machineFor("darwin-x64", nothing, 1).processor).toBe("x86_64")
  const windows = machineFor("windows-x64", nothing, 1024)
  expect(printMachine(windows)).toBe("system Windows\nprocessor AMD64\nkilobytes 1\n")
})

test("a target that upstream has not is refused", () => {
  expect(() => machineFor("linux-mips", executable, 1)).toThrow(Failure)
})

test("an executable that names no loader is refused: the installer could compare nothing", () => {
  expect(() => machineFor(hostTarget().name, Buffer.alloc(100), 1)).toThrow("names no loader")
})
