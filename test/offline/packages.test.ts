import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onDisk } from "../../offline/packages.ts"

let root: string
let folders: { cache: string; config: string }

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "packages-"))
  folders = { cache: join(root, "cache"), config: join(root, "config") }
  await install(folders.cache, "in-cache", "1.2.3")
  await install(folders.config, "@scope/in-config", "2.0.0")
})
afterAll(() => rm(root, { recursive: true }))

async function install(folder: string, name: string, version: string) {
  await mkdir(join(folder, "node_modules", name), { recursive: true })
  await writeFile(join(folder, "node_modules", name, "package.json"), JSON.stringify({ name, version }))
}

describe("a plugin or provider package", () => {
  test("is used from upstream's cache folder and from the configuration folder", () => {
    expect(onDisk("in-cache", "latest", folders)).toBe(join(folders.cache, "node_modules/in-cache"))
    expect(onDisk("@scope/in-config", "2.0.0", folders)).toBe(
      join(folders.config, "node_modules/@scope/in-config"),
    )
  })

  test("that is missing gives an error that names it and the command that provides it", () => {
    expect(() => onDisk("absent", "latest", folders)).toThrow("The package absent@latest is not installed")
    expect(() => onDisk("absent", "latest", folders)).toThrow(
      `npm install --prefix ${folders.config} absent@latest`,
    )
  })

  test("that is there in another version than the exact one asked for is an error that shows both", () => {
    expect(() => onDisk("in-cache", "1.2.4", folders)).toThrow("in-cache@1.2.4")
    expect(() => onDisk("in-cache", "1.2.4", folders)).toThrow("holds 1.2.3")
  })

  test("is used when it is in the range that is asked for, and is an error that shows both when it is not", () => {
    for (const range of [
      "^1.0.0",
      "1",
      "1.x",
      ">=1.2.0 <2",
      "~1.2.3",
      "=1.2.3",
      "v1.2.3",
      "2 || 1.2",
      "*",
      "",
    ])
      expect(onDisk("in-cache", range, folders)).toEndWith("in-cache")
    for (const range of ["^2.0.0", "2", "0.x", ">1.2.3", "~1.3", "<1.2.3", "1.2.4 || 2", "1.2.3-beta.1"]) {
      expect(() => onDisk("in-cache", range, folders)).toThrow(`in-cache@${range} is not installed`)
      expect(() => onDisk("in-cache", range, folders)).toThrow("holds 1.2.3")
    }
  })

  test("is used whatever its version is when a tag or a place is asked for, which no version can be held against", () => {
    for (const asked of ["latest", "next", "beta2", "file:../x-9.9.9", "https://far.example/9.9.9.tgz"])
      expect(onDisk("in-cache", asked, folders)).toEndWith("in-cache")
  })
})
