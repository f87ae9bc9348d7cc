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
    expect(onDisk("in-cache", "^1.0.0", folders)).toEndWith("in-cache")
  })
})
