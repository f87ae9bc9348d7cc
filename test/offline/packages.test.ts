import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { child, onDisk } from "../../offline/packages.ts"

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

describe("a child that is the executable itself, run as Bun", () => {
  const self = process.execPath
  const asBun = (cwd = root) => ({ cwd, env: { BUN_BE_BUN: "1" } })

  test.each([["add"], ["install"], ["info"], ["update"], ["pm"]])("is refused `%s`", (verb) => {
    expect(() => child([self, verb, "left-pad"], asBun())).toThrow("needs the npm registry")
  })

  test("runs `x NAME` from the nearest node_modules/.bin", async () => {
    await mkdir(join(root, "node_modules/.bin"), { recursive: true })
    await writeFile(join(root, "node_modules/.bin/prettier"), "")
    await mkdir(join(root, "deep/er"), { recursive: true })
    const [command] = child([self, "x", "prettier", "--write", "f"], asBun(join(root, "deep/er")))
    expect(command).toEqual([self, "run", join(root, "node_modules/.bin/prettier"), "--write", "f"])
  })

  test("is refused `x NAME` when the program is not on disk", () => {
    expect(() => child([self, "x", "@biomejs/biome", "check"], asBun())).toThrow("@biomejs/biome was not run")
  })

  test("finds no registry in what it may still run", () => {
    const [, options] = child([self, "run", "server.js"], { ...asBun(), stdin: "pipe" })
    expect(options).toMatchObject({
      stdin: "pipe",
      env: { BUN_BE_BUN: "1", npm_config_registry: "http://127.0.0.1:9/" },
    })
  })
})

test("every other child is started as it was asked for", () => {
  const options = { cwd: root, env: { BUN_BE_BUN: "1" } }
  expect(child(["git", "add", "."], options)).toEqual([["git", "add", "."], options])
  expect(child([process.execPath, "add"], { cwd: root })).toEqual([[process.execPath, "add"], { cwd: root }])
})
