import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, relative } from "node:path"
import { sums } from "../../scripts/kit/contents.ts"
import { kitFile } from "../../scripts/kit/kit-file.ts"
import { run } from "../../scripts/lib/process.ts"
import { loadLint } from "../lib/powershell.ts"

// What installs and removes the kit on Windows, run by this project's Bun on an archive of a few files. Under Wine, with the
// real executable, test/isolated/foreign.test.ts runs it.

const OWN = join(import.meta.dirname, "../../kit/windows")
const KIT = "lib/opencode-kit"
const PREVIOUS = "lib/opencode-kit.previous"

let folder: string
let archive: string
let prefix: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "opencode-offline-setup-"))
  archive = join(folder, "an archive")
  prefix = join(folder, "a prefix")
  await makeArchive("one")
})
afterEach(() => rm(folder, { recursive: true }))

/** An archive in the layout of the real one. */
async function makeArchive(version: string, kilobytes = "1") {
  await rm(archive, { recursive: true, force: true })
  const files = [
    kitFile("README.md", "Read me\n"),
    kitFile("machine", `system Windows\nprocessor AMD64\nkilobytes ${kilobytes}\n`),
    kitFile("install.ps1", await readFile(join(OWN, "install.ps1"))),
    kitFile("files/bin/opencode.exe", version),
    kitFile(`files/${KIT}/bin/server-${version}.cmd`, "@echo off\r\n"),
    kitFile(`files/${KIT}/node_modules/@a/b/in $dex.js`, "b\n"),
    ...(await Promise.all(
      ["setup.cjs", "uninstall.ps1", "rollback.ps1"].map(async (name) =>
        kitFile(`files/${KIT}/${name}`, await readFile(join(OWN, name))),
      ),
    )),
  ]
  for (const { path, data } of [...files, sums(files)]) {
    await mkdir(dirname(join(archive, path)), { recursive: true })
    await writeFile(join(archive, path), data)
  }
}

async function setup(...words: string[]) {
  const script = join(OWN, "setup.cjs")
  const { exitCode, stdout, stderr } = await run(process.execPath, [script, ...words], { cwd: folder })
  return { exitCode, stdout: String(stdout), stderr: String(stderr) }
}
const install = () => setup("install", `--archive=${archive}`, `--prefix=${prefix}`)
const rollback = () => setup("rollback", `--prefix=${prefix}`)
const uninstall = () => setup("uninstall", `--prefix=${prefix}`)

/** Every file below a folder. */
async function tree(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
}
const installed = (version: string) => [
  "bin/opencode.exe",
  `${KIT}/bin/server-${version}.cmd`,
  ...["installed", "installed-folders", "node_modules/@a/b/in $dex.js", "rollback.ps1", "setup.cjs"].map(
    (name) => `${KIT}/${name}`,
  ),
  `${KIT}/uninstall.ps1`,
]
const program = () => readFile(join(prefix, "bin/opencode.exe"), "utf8")

/** What uninstall.ps1 does afterwards, as Windows deletes no program that runs. */
async function removeProgram() {
  const names = await readdir(prefix).catch(() => [])
  for (const name of names.filter((one) => one.startsWith("opencode.exe.removed-")))
    await rm(join(prefix, name))
  return names.length
}

describe("install", () => {
  test("puts executable and kit below the prefix, and says how to start and to remove it", async () => {
    const { exitCode, stdout, stderr } = await install()
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
    expect(await tree(prefix)).toEqual(installed("one"))
    expect(stdout).toContain("and 1 programs that it finds by itself")
    expect(stdout).toContain(`uninstall.ps1"\n`)
    expect(stdout).toContain("is not in Path")
  })

  test("replaces what it installed, keeps it, and keeps no older one", async () => {
    await install()
    for (const version of ["two", "three"]) {
      await makeArchive(version)
      expect(await install()).toMatchObject({ exitCode: 0, stderr: "" })
      expect(await program()).toBe(version)
    }
    expect(await readFile(join(prefix, PREVIOUS, "opencode.kept"), "utf8")).toBe("two")
    expect((await readdir(join(prefix, "lib"))).sort()).toEqual(["opencode-kit", "opencode-kit.previous"])
  })

  test.each([
    ["a file was changed", (at: string) => appendFile(join(at, "README.md"), "x"), "README.md"],
    ["a file is gone", (at: string) => rm(join(at, "machine")), "machine"],
    ["one more lies there", (at: string) => writeFile(join(at, "bunfig.toml"), ""), "bunfig.toml"],
    [
      "its list leads out of it",
      (at: string) => appendFile(join(at, "SHA256SUMS"), line("../x")),
      "names no file",
    ],
    [
      "its list is absolute",
      (at: string) => appendFile(join(at, "SHA256SUMS"), line("C:/x")),
      "names no file",
    ],
    [
      "its list has a back slash",
      (at: string) => appendFile(join(at, "SHA256SUMS"), line("a\\b")),
      "names no file",
    ],
    ["its list is empty", (at: string) => writeFile(join(at, "SHA256SUMS"), ""), "names no file"],
    ["it has no list", (at: string) => rm(join(at, "SHA256SUMS")), "ENOENT"],
  ])("changes nothing where %s of the archive", async (_, damage, why) => {
    await damage(archive)
    const { exitCode, stderr } = await install()
    expect(exitCode).toBe(2)
    expect(stderr).toContain(why)
    expect(await tree(prefix)).toEqual([])
  })

  test("changes nothing where something else is there, or there is no room", async () => {
    await makeArchive("one", "99999999999999")
    expect(await install()).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("not enough room") })
    await makeArchive("one")
    await mkdir(join(prefix, "bin"), { recursive: true })
    await writeFile(join(prefix, "bin/opencode.exe"), "other")
    expect(await install()).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("did not install it"),
    })
    expect(await tree(prefix)).toEqual(["bin/opencode.exe"])
  })

  test.each([
    ["was changed", () => appendFile(join(prefix, "bin/opencode.exe"), "x"), "bin/opencode.exe"],
    ["has one more file", () => writeFile(join(prefix, KIT, "more"), ""), "not installed"],
    [
      "has a list that leads out",
      () => appendFile(join(prefix, KIT, "installed"), line(`${KIT}/../../x`)),
      "its list",
    ],
    [
      "has a list of something else",
      () => appendFile(join(prefix, KIT, "installed"), line("bin/other")),
      "its list",
    ],
    ["has a link in it", () => symlink("/etc", join(prefix, KIT, "node_modules/etc")), "there is a link"],
  ])("changes nothing where the one that is installed %s", async (_, change, why) => {
    await install()
    await change()
    const before = await tree(prefix)
    await makeArchive("two")
    const { exitCode, stderr } = await install()
    expect(exitCode).toBe(2)
    expect(stderr).toContain(why)
    expect(await tree(prefix)).toEqual(before)
  })

  test("undoes all of it when one part cannot be renamed", async () => {
    await install()
    await makeArchive("two")
    const script = join(folder, "fails.cjs")
    // As Windows does where a file of the folder is open.
    const fails = `const fs = require("node:fs")
      const { renameSync } = fs
      fs.renameSync = (from, to) => {
        if (from.includes(".new-") && !from.endsWith(".new")) throw new Error("EBUSY: it is open")
        renameSync(from, to)
      }`
    await writeFile(script, `${fails}\nrequire(${JSON.stringify(join(OWN, "setup.cjs"))})`)
    const words = ["install", `--archive=${archive}`, `--prefix=${prefix}`]
    const { exitCode, stderr } = await run(process.execPath, [script, ...words], { cwd: folder })
    expect(exitCode).toBe(2)
    expect(stderr).toContain("is as it was")
    expect(await tree(prefix)).toEqual(installed("one"))
    expect(await program()).toBe("one")
  })
})

describe("rollback", () => {
  test("puts back what was there, and the second time what was there before that", async () => {
    await install()
    await makeArchive("two")
    await install()
    for (const version of ["one", "two"]) {
      expect(await rollback()).toMatchObject({ exitCode: 0, stderr: "" })
      expect(await program()).toBe(version)
      expect((await tree(prefix)).filter((file) => !file.startsWith(PREVIOUS))).toEqual(installed(version))
    }
  })

  test("does nothing where nothing was kept, or it was changed since", async () => {
    await install()
    expect(await rollback()).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("nothing to go back to"),
    })
    await makeArchive("two")
    await install()
    await appendFile(join(prefix, PREVIOUS, "opencode.kept"), "x")
    expect(await rollback()).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("opencode.kept") })
    expect(await program()).toBe("two")
  })
})

describe("uninstall", () => {
  test("leaves nothing of it, the one that was kept included", async () => {
    await install()
    await makeArchive("two")
    await install()
    expect(await uninstall()).toMatchObject({ exitCode: 0, stderr: "" })
    // The executable that runs is set aside, and nothing else is there.
    expect(await removeProgram()).toBe(1)
    expect(await readdir(prefix)).toEqual([])
  })

  test("leaves and names what was changed or added, with what it takes to run it again", async () => {
    await install()
    const changed = join(prefix, KIT, "node_modules/@a/b/in $dex.js")
    await appendFile(changed, "x")
    await writeFile(join(prefix, KIT, "mine"), "")
    const { exitCode, stderr } = await uninstall()
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`${KIT}/node_modules/@a/b/in $dex.js`)
    expect(stderr).toContain(`${KIT}/mine`)
    expect(await tree(prefix)).toEqual(
      [
        "bin/opencode.exe",
        "installed",
        "installed-folders",
        "mine",
        "node_modules/@a/b/in $dex.js",
        "setup.cjs",
        "uninstall.ps1",
      ].map((name) => (name.startsWith("bin/") ? name : `${KIT}/${name}`)),
    )
    await writeFile(changed, "b\n")
    await rm(join(prefix, KIT, "mine"))
    expect(await uninstall()).toMatchObject({ exitCode: 0 })
    await removeProgram()
    expect(await tree(prefix)).toEqual([])
  })

  test("leaves folders that were there before", async () => {
    await mkdir(join(prefix, "bin"), { recursive: true })
    await writeFile(join(prefix, "bin/other"), "")
    await install()
    expect(await uninstall()).toMatchObject({ exitCode: 0 })
    await removeProgram()
    expect(await tree(prefix)).toEqual(["bin/other"])
  })

  test.each([
    ["names something else", () => appendFile(join(prefix, KIT, "installed"), line("other"))],
    ["leads out", () => appendFile(join(prefix, KIT, "installed"), line(`${KIT}/../../../x`))],
    ["names other folders", () => writeFile(join(prefix, KIT, "installed-folders"), "..\n")],
    ["is not there", () => rm(join(prefix, KIT, "installed"))],
  ])("does nothing where its list %s", async (_, change) => {
    await install()
    await change()
    const before = await tree(prefix)
    expect(await uninstall()).toMatchObject({ exitCode: 2 })
    expect(await tree(prefix)).toEqual(before)
  })

  test("does nothing where the kit lies behind a link", async () => {
    await install()
    await rename(join(prefix, KIT), join(folder, "elsewhere"))
    await symlink(join(folder, "elsewhere"), join(prefix, KIT))
    expect(await uninstall()).toMatchObject({ exitCode: 2 })
    expect(await readdir(join(folder, "elsewhere"))).toContain("setup.cjs")
  })
})

function line(name: string): string {
  return `${"0".repeat(64)}  ${name}\n`
}

const lint = await loadLint()

// No PowerShell is on this machine, and none can be had: what is held here is what the scripts rest on.
describe.each(["install", "rollback", "uninstall"])("%s.ps1", (verb) => {
  const read = () => readFile(join(OWN, `${verb}.ps1`), "utf8")

  test("is ASCII, as PowerShell 5 takes a file without a mark for one of the machine's code page", async () => {
    expect(await read()).toMatch(/^[\x20-\x7e\n]*$/)
  })

  test("stops at any error, calls no method of .NET but on text, and starts setup.cjs with its own verb", async () => {
    const text = await read()
    expect(text).toContain("$ErrorActionPreference = 'Stop'")
    expect(text).toContain("Set-StrictMode -Version 3.0")
    expect(text).not.toMatch(/\[[A-Za-z.]+\]::|Invoke-Expression|Add-Type|New-Object/)
    expect(text).toContain(`& $program $setup ${verb} `)
    expect(text.trimEnd()).toEndWith("exit $code")
  })

  test("can be read, and names no command, parameter or variable that is not there", async () => {
    expect(lint(await read())).toEqual([])
  })

  test.each([
    ["a brace that is missing", "} finally {", "finally {", /cannot be read/],
    ["a bracket too many", "param(", "param((", /cannot be read/],
    ["a command that is mistyped", "Remove-Item", "Remove-Items", /line \d+: Remove-Items is no command/],
    ["a parameter that is mistyped", "-ChildPath", "-Child", /line \d+: Join-Path has no -Child/],
    ["a variable that is mistyped", "& $program", "& $programm", /^line \d+: \$programm is not set$/],
    ["a variable that is mistyped in a text", '"--prefix=$', '"--prefix=$z', /^line \d+: \$z/],
  ])("with %s is found to be wrong", async (_, right, wrong, finding) => {
    const text = await read()
    expect(text).toContain(right)
    expect(lint(text.replace(right, wrong)).join("\n")).toMatch(finding)
  })
})
