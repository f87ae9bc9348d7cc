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

describe("with a kit beside the executable", () => {
  const real = process.execPath
  const bin = () => join(root, "prefix/lib/opencode-kit/bin")

  beforeAll(async () => {
    await mkdir(bin(), { recursive: true })
    for (const name of ["prettier", "json-server"]) await writeFile(join(bin(), name), "", { mode: 0o755 })
    process.execPath = join(root, "prefix/bin/opencode")
  })
  afterAll(() => {
    process.execPath = real
  })

  const asBun = (cwd: string) => ({ cwd, env: { BUN_BE_BUN: "1" } })

  test("`x NAME` runs the kit's launcher when no node_modules/.bin has it", async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), "packages-elsewhere-"))
    const command = [process.execPath, "x", "prettier", "--write", "f"]
    expect(child(command, asBun(elsewhere))[0]).toEqual([join(bin(), "prettier"), "--write", "f"])
    await mkdir(join(elsewhere, "node_modules/.bin"), { recursive: true })
    const own = join(elsewhere, "node_modules/.bin/prettier")
    await writeFile(own, "")
    expect(child(command, asBun(elsewhere))[0]).toEqual([process.execPath, "run", own, "--write", "f"])
    await rm(elsewhere, { recursive: true })
  })

  test("a program by its name alone is the kit's when PATH has none", async () => {
    const options = { env: { PATH: join(root, "path") } }
    expect(child(["json-server", "--stdio"], options)).toEqual([
      [join(bin(), "json-server"), "--stdio"],
      options,
    ])
    await mkdir(join(root, "path"))
    await writeFile(join(root, "path/json-server"), "", { mode: 0o755 })
    expect(child(["json-server", "--stdio"], options)).toEqual([["json-server", "--stdio"], options])
    expect(child(["css-server"], options)).toEqual([["css-server"], options])
    expect(child(["./json-server"], options)).toEqual([["./json-server"], options])
  })
})

test("every other child is started as it was asked for", () => {
  const options = { cwd: root, env: { BUN_BE_BUN: "1" } }
  expect(child(["git", "add", "."], options)).toEqual([["git", "add", "."], options])
  expect(child([process.execPath, "add"], { cwd: root })).toEqual([[process.execPath, "add"], { cwd: root }])
})
