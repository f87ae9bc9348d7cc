import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { machineFor, printMachine, requireKitTarget } from "../../../scripts/kit/machine.ts"
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
  expect(machineFor("linux-arm64", executable, 1)).toMatchObject({ processor: "aarch64", flag: undefined })
  expect(printMachine(machineFor("linux-arm64", executable, 1))).not.toContain("undefined")
})

test.each(["darwin-arm64", "windows-x64", "linux-mips"])("a kit for %s is refused", (target) => {
  expect(() => requireKitTarget(target)).toThrow(Failure)
  expect(() => machineFor(target, executable, 1)).toThrow(Failure)
})

test("an executable that names no loader is refused: the installer could compare nothing", () => {
  expect(() => machineFor(hostTarget().name, Buffer.alloc(100), 1)).toThrow("names no loader")
})
