import { describe, expect, test } from "bun:test"
import { callerOf } from "../../offline/denials.ts"
import { decidePipe } from "../../offline/guard/pipe.ts"
import { foldNames, machineOf, samePath, withSlashes } from "../../offline/system.ts"

const refuse = ({ host }: { host: string }): never => {
  throw new Error(`${host} was asked for`)
}

describe("on Windows", () => {
  test("a path has forward slashes, as Bun names its modules", () => {
    expect(withSlashes("B:\\~BUN\\root\\offline\\index.js", "win32")).toBe("B:/~BUN/root/offline/index.js")
  })

  test("two spellings are of one file", () => {
    expect(samePath("C:\\Users\\me\\bin", "c:/users/ME/bin", "win32")).toBe(true)
    expect(samePath("C:\\Users\\me\\bin", "C:\\Users\\me\\bin2", "win32")).toBe(false)
  })

  test("a variable is found whatever its case, and the last one holds", () => {
    const env = foldNames(
      { Path: "C:\\bin", Bun_Be_Bun: "1", "ProgramFiles(x86)": "x", path: "D:\\bin" },
      "win32",
    )
    expect({ ...env }).toEqual({ PATH: "D:\\bin", BUN_BE_BUN: "1", "PROGRAMFILES(X86)": "x" })
  })

  test.each([
    "\\\\.\\pipe\\name",
    "//./pipe/name",
    "\\\\?\\pipe\\name",
    "\\\\?\\C:\\a",
    "\\\\.\\pipe\\a.b\\..c",
    "name",
    "C:\\sockets\\name",
  ])("%s is on this machine", (path) => {
    expect(machineOf(path, "win32")).toBeUndefined()
    expect(() => decidePipe(path, "node:net", refuse, "win32")).not.toThrow()
  })

  test.each([
    "\\\\corp.example\\pipe\\name",
    "//corp.example/pipe/name",
    "\\\\?\\UNC\\corp.example\\pipe\\name",
    "\\/corp.example",
  ])("%s is on another machine, which is decided on", (path) => {
    expect(machineOf(path, "win32")).toBe("corp.example")
    expect(() => decidePipe(path, "node:net", refuse, "win32")).toThrow("corp.example was asked for")
    expect(() => decidePipe(path, "node:net", refuse, "linux")).not.toThrow()
  })

  test.each([
    ["\\\\?\\GLOBALROOT\\Device\\Mup\\corp.example\\pipe\\a", "globalroot"],
    ["\\\\.\\Global\\UNC\\corp.example\\pipe\\a", "global"],
    ["\\??\\UNC\\corp.example\\pipe\\a", "corp.example"],
    ["\\\\.\\pipe\\..\\UNC\\corp.example\\pipe\\a", "pipe"],
    ["//./pipe/a/.. /b", "pipe"],
    ["\\\\.\\C:\\..\\UNC\\corp.example\\a", "c:"],
    ["\\\\.\\pipe", undefined],
    ["\\\\.\\pipe\\..", "pipe"],
    ["\\\\.\\", ""],
  ])("%s, which could lead to another machine, is one by its first name", (path, name) => {
    expect(machineOf(path, "win32")).toBe(name!)
  })

  test("our own frames are not the caller, with slashes of either kind", () => {
    const stack = [
      "Error",
      "    at decide (B:\\~BUN\\root\\offline\\guard.js:1:2)",
      "    at decide (B:/~BUN/root/offline/guard.js:1:2)",
      "    at download (B:\\~BUN\\root\\src\\index.js:12:3)",
    ].join("\n")
    expect(callerOf(stack, "B:/~BUN/root/offline/", "win32")).toBe(
      "download B:\\~BUN\\root\\src\\index.js:12:3",
    )
  })
})

test("elsewhere nothing of that holds", () => {
  expect(withSlashes("a\\b", "linux")).toBe("a\\b")
  expect(samePath("/A", "/a", "darwin")).toBe(false)
  expect(foldNames({ Path: "x", PATH: "y" }, "linux")).toEqual({ Path: "x", PATH: "y" })
  expect(machineOf("//corp/pipe/name", "linux")).toBeUndefined()
})
