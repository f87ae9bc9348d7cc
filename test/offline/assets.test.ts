import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import { requireInProfile, temporaryFolder } from "../../offline/assets/folder.ts"
import { type Assets, openAssets } from "../../offline/assets.ts"
import { moduleNames } from "../../offline/modules.ts"
import { embedAssets } from "../../scripts/contents/assets.ts"
import { run } from "../../scripts/lib/process.ts"

const contents = Buffer.from(`#!/bin/sh\necho carried\n# ${"more ".repeat(20_000)}\n`)
const NAMES = ["XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "TMPDIR", "XDG_RUNTIME_DIR"] as const
const before = NAMES.map((name) => process.env[name])

let root: string
let modules: string
let assets: Assets

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "assets-"))
  for (const name of NAMES) process.env[name] = join(root, name)
  modules = join(root, "modules")
  await mkdir(modules)
  const { list, index } = await embedAssets(
    [{ name: "tool", part: "ripgrep", source: contents }],
    join(root, "build"),
  )
  for (const { module, stored } of list) await writeFile(join(modules, basename(module)), stored)
  await writeFile(join(modules, basename(index.module)), index.contents)
  assets = openAssets(moduleNames(modules))
})
afterEach(async () => {
  NAMES.forEach((name, at) => {
    if (before[at] === undefined) delete process.env[name]
    else process.env[name] = before[at]
  })
  await rm(root, { recursive: true })
})

const folderIn = (name: string) => join(root, name, "opencode-inside")

/** The folder that a program has one of its own in. */
const parentOf = (file: string) => dirname(dirname(file))

/** What is thrown. */
function caught(body: () => unknown): Error {
  try {
    body()
  } catch (error) {
    return error as Error
  }
  throw new Error("nothing was thrown")
}

/** The mode's last nine bits. */
const modeOf = async (path: string) => (await lstat(path)).mode & 0o777

describe("a file that is carried inside", () => {
  test("is there for who asks by its name, and for nobody else", async () => {
    expect(assets.has("tool")).toBe(true)
    expect(assets.has("other")).toBe(false)
    expect(assets.has("toString")).toBe(false)
    expect(Buffer.from(await assets.bytes("tool"))).toEqual(contents)
    await expect(assets.bytes("other")).rejects.toThrow("built without other")
    expect(openAssets(moduleNames(join(root, "none"))).has("tool")).toBe(false)
  })

  test("is put into a folder of the user's cache that only the user can open, and can be run", async () => {
    const file = assets.executable("tool", "run")
    expect(parentOf(file)).toBe(folderIn("XDG_CACHE_HOME"))
    expect(basename(dirname(file))).toMatch(/^[0-9a-f]{16}$/)
    for (const folder of [dirname(file), parentOf(file)]) expect(await modeOf(folder)).toBe(0o700)
    expect(await modeOf(file)).toBe(0o700)
    expect((await run(file, [], {})).stdout).toBe("carried\n")
    expect(await readdir(dirname(file))).toEqual([basename(file)])
  })

  test("is not written a second time", async () => {
    const first = await lstat(assets.executable("tool", "run"))
    const second = await lstat(assets.executable("tool", "run"))
    expect([second.ino, second.mtimeMs]).toEqual([first.ino, first.mtimeMs])
  })

  test("is written again when it is cut short, or when something else lies in its place", async () => {
    const file = assets.executable("tool", "run")
    const elsewhere = join(root, "elsewhere")
    await writeFile(elsewhere, contents)
    const tamperings: (() => Promise<unknown>)[] = [
      () => truncate(file, 100),
      () => writeFile(file, Buffer.concat([contents.subarray(1), Buffer.from("x")])),
      async () => {
        await rm(file)
        await symlink(elsewhere, file)
      },
    ]
    for (const tamper of tamperings) {
      await tamper()
      expect(assets.executable("tool", "run")).toBe(file)
      expect((await lstat(file)).isFile()).toBe(true)
      expect(await readFile(file)).toEqual(contents)
    }
    expect(await readFile(elsewhere)).toEqual(contents)
  })

  test("is whole for each of several processes that put it there at once", async () => {
    const script = join(root, "put.ts")
    const [module, names] = ["assets.ts", "modules.ts"].map((name) =>
      JSON.stringify(join(import.meta.dirname, "../../offline", name)),
    )
    await writeFile(
      script,
      `import { readFileSync, rmSync } from "node:fs"
      import { openAssets } from ${module}
      import { moduleNames } from ${names}
      const assets = openAssets(moduleNames(${JSON.stringify(modules)}))
      for (let i = 0; i < 50; i++) {
        const file = assets.executable("tool", "run")
        try {
          if (readFileSync(file).length !== ${contents.length}) throw new Error("cut short")
          if (i % 10 === 0) rmSync(file)
        } catch (error) {
          // Another of these has just removed it.
          if (error.code !== "ENOENT") throw error
        }
      }
      assets.executable("tool", "run")
      `,
    )
    const runs = await Promise.all(Array.from({ length: 6 }, () => run(process.execPath, [script], {})))
    expect(runs.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(runs.map(() => [0, ""]))
    const [folder, ...others] = await readdir(folderIn("XDG_CACHE_HOME"))
    expect(others).toEqual([])
    expect(await readdir(join(folderIn("XDG_CACHE_HOME"), folder!))).toEqual(["run"])
  })
})

describe("a folder for it", () => {
  test("that others can open, or that is a symbolic link, is left alone, and the next is taken", async () => {
    const open = folderIn("XDG_CACHE_HOME")
    await mkdir(open, { recursive: true })
    await chmod(open, 0o755)
    expect(parentOf(assets.executable("tool", "run"))).toBe(folderIn("XDG_DATA_HOME"))
    await rm(folderIn("XDG_DATA_HOME"), { recursive: true })
    const own = join(root, "own")
    await mkdir(own, { mode: 0o700 })
    await symlink(own, folderIn("XDG_DATA_HOME"))
    expect(parentOf(assets.executable("tool", "run"))).toBe(folderIn("XDG_STATE_HOME"))
    await rm(join(root, "XDG_STATE_HOME"), { recursive: true })
    await writeFile(join(root, "XDG_STATE_HOME"), "")
    expect(parentOf(assets.executable("tool", "run"))).toBe(
      join(root, "TMPDIR", `opencode-offline-${process.getuid!()}`),
    )
    await rm(join(root, "TMPDIR"), { recursive: true })
    await writeFile(join(root, "TMPDIR"), "")
    expect(parentOf(assets.executable("tool", "run"))).toBe(folderIn("XDG_RUNTIME_DIR"))
    expect([await readdir(open), await readdir(own)]).toEqual([[], []])
  })

  test("is named, with what is wrong with it, when there is none that will do", async () => {
    for (const name of NAMES) await writeFile(join(root, name), "")
    const error = caught(() => assets.executable("tool", "run"))
    expect(error).toBeInstanceOf(Error)
    expect(error.message).toContain("run is inside this OpenCode, but there is no place to put it")
    for (const name of NAMES) expect(error.message).toContain(join(root, name))
    expect(error.message).toContain("ENOTDIR")
    expect(error.message).toContain(
      "Set XDG_CACHE_HOME to a folder that you can write to and run programs from.",
    )
  })
})

test("whether there is a place for it is seen without writing it", async () => {
  assets.tryExecutable("tool", "tool")
  expect(
    (await readdir(folderIn("XDG_CACHE_HOME"), { recursive: true })).filter((file) => file.includes("tool")),
  ).toEqual([])
  // A file, in which there can be no folder.
  await writeFile(join(root, "file"), "")
  for (const name of NAMES) process.env[name] = join(root, "file")
  expect(caught(() => assets.tryExecutable("tool", "tool")).message).toContain("there is no place to put it")
})

test("an executable that is damaged says so, and gives out nothing", async () => {
  const { list } = await embedAssets(
    [{ name: "tool", part: "ripgrep", source: contents.subarray(1) }],
    join(root, "build"),
  )
  await writeFile(join(modules, basename(list[0]!.module)), list[0]!.stored)
  await expect(assets.bytes("tool")).rejects.toThrow("damaged")
  expect(() => assets.executable("tool", "run")).toThrow("damaged")
})

describe("on Windows, where folders have no mode,", () => {
  const home = "C:\\Users\\First Last"

  test.each(["\\AppData\\Local\\Temp\\opencode-offline-0", "/.cache/opencode-inside"])(
    "a folder in the user's profile is private: %s",
    (below) => {
      expect(() => requireInProfile(home + below, home)).not.toThrow()
    },
  )

  test.each([
    "C:\\Windows\\Temp\\x",
    "D:\\x",
    home,
    "C:\\Users\\First",
    "C:\\Users\\First Last2\\x",
    "\\\\corp\\x",
  ])("%s is not", (folder) => {
    expect(() => requireInProfile(folder, home)).toThrow("must be inside of")
  })

  test("the temporary folder is the user's own", () => {
    const TEMP = `${home}\\AppData\\Local\\Temp`
    expect(temporaryFolder({ TEMP, TMPDIR: "/tmp" }, "win32")).toStartWith(`${TEMP}\\opencode-offline-`)
  })
})
