import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { installedProgram } from "../../offline/installed-program.ts"

const contents = Buffer.from("#!/bin/sh\necho found\n")
const expected = {
  sha256: new Bun.CryptoHasher("sha256").update(contents).digest("hex"),
  bytes: contents.length,
}
const ROOT = 0

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "installed-program-"))
  file = join(folder, "rg")
  await writeFile(file, contents, { mode: 0o755 })
})
afterEach(() => rm(folder, { recursive: true }))

describe("a program beside the executable", () => {
  test("counts when it is what is inside, and only who administers the machine could change it", () => {
    expect(installedProgram("rg", expected, file, ROOT)).toBe(file)
  })

  test("does not count for a user who can write to it, or to its folder", () => {
    expect(installedProgram("rg", expected, file, process.getuid?.() || 4242)).toBeUndefined()
  })

  test("does not count when it is anything else, even as long", async () => {
    await writeFile(file, Buffer.from(contents).fill("x", 0, 1))
    expect(installedProgram("rg", expected, file, ROOT)).toBeUndefined()
  })

  test("does not count as a link, as a folder, without the right to run it, or when it is not there", async () => {
    const link = join(folder, "link")
    await symlink(file, link)
    expect(installedProgram("rg", expected, link, ROOT)).toBeUndefined()
    expect(installedProgram("rg", expected, folder, ROOT)).toBeUndefined()
    expect(installedProgram("rg", expected, join(folder, "none"), ROOT)).toBeUndefined()
    await chmod(file, 0o644)
    expect(installedProgram("rg", expected, file, ROOT)).toBeUndefined()
  })
})
