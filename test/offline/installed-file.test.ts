import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { installedFile, nativeLibrary } from "../../offline/installed-file.ts"

const contents = Buffer.from("#!/bin/sh\necho found\n")
const expected = {
  sha256: new Bun.CryptoHasher("sha256").update(contents).digest("hex"),
  bytes: contents.length,
}
const ROOT = 0

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "installed-file-"))
  file = join(folder, "rg")
  await writeFile(file, contents, { mode: 0o755 })
})
afterEach(() => rm(folder, { recursive: true }))

describe("a program beside the executable", () => {
  test("counts when it is what is inside, and only who administers the machine could change it", () => {
    expect(installedFile("rg", expected, file, ROOT)).toBe(file)
  })

  test("does not count for a user who can write to it, or to its folder", () => {
    expect(installedFile("rg", expected, file, process.getuid?.() || 4242)).toBeUndefined()
  })

  test("does not count when it is anything else, even as long", async () => {
    await writeFile(file, Buffer.from(contents).fill("x", 0, 1))
    expect(installedFile("rg", expected, file, ROOT)).toBeUndefined()
  })

  test("does not count as a link, as a folder, without the right to run it, or when it is not there", async () => {
    const link = join(folder, "link")
    await symlink(file, link)
    expect(installedFile("rg", expected, link, ROOT)).toBeUndefined()
    expect(installedFile("rg", expected, folder, ROOT)).toBeUndefined()
    expect(installedFile("rg", expected, join(folder, "none"), ROOT)).toBeUndefined()
    await chmod(file, 0o644)
    expect(installedFile("rg", expected, file, ROOT)).toBeUndefined()
  })
})

test("a native library is loaded from where it is installed when it is the one inside, else from inside", async () => {
  const inside = join(folder, "inside-rg")
  await writeFile(inside, contents)
  expect(nativeLibrary(inside, file, ROOT)).toBe(file)
  expect(nativeLibrary(inside, undefined, ROOT)).toBe(inside)
  expect(nativeLibrary(inside, join(folder, "none"), ROOT)).toBe(inside)
  await writeFile(inside, Buffer.from(contents).fill("x", 0, 1))
  expect(nativeLibrary(inside, file, ROOT)).toBe(inside)
})
