import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { existsSync } from "node:fs"
import {
  appendFile,
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { kitFile } from "../../scripts/kit/kit-file.ts"
import { machineFor, printMachine } from "../../scripts/kit/machine.ts"
import { run } from "../../scripts/lib/process.ts"
import { KIT, OWN, THIS_MACHINE, writeKitArchive } from "../lib/kit-archive.ts"

// The scripts of the archive, on an archive of a few files.

let folder: string
let archive: string
let prefix: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "opencode-offline-install-"))
  archive = join(folder, "an archive")
  prefix = join(folder, "a prefix")
  await makeArchive("one")
})
afterEach(() => rm(folder, { recursive: true }))

async function makeArchive(version: string, needs = THIS_MACHINE) {
  await writeKitArchive(archive, [
    kitFile("files/bin/opencode", `#!/bin/sh\necho ${version}\n`, true),
    kitFile(`files/${KIT}/bin/server-${version}`, "#!/bin/sh\n", true),
    kitFile(`files/${KIT}/node_modules/@a/b/in $dex.js`, "b\n"),
    ...(needs === "" ? [] : [kitFile("machine", needs)]),
  ])
}

async function script(file: string, ...args: string[]) {
  // What a test puts into `programs` is found first; where it made `few`, there is nothing else.
  const few = join(folder, "few")
  const PATH = existsSync(few) ? few : `${join(folder, "programs")}:${process.env.PATH}`
  const { exitCode, stdout, stderr } = await run("sh", [file, ...args], {
    env: { PATH, HOME: join(folder, "home") },
    cwd: folder,
  })
  return { exitCode, stdout: String(stdout), stderr: String(stderr) }
}

/** A program of the machine that does something else. */
async function says(program: string, text: string) {
  await mkdir(join(folder, "programs"), { recursive: true })
  await writeFile(join(folder, "programs", program), `#!/bin/sh\n${text}\n`)
  await chmod(join(folder, "programs", program), 0o755)
}

/** A sha256sum that compares nothing. */
const SAYS_OK = 'while read -r _ name; do echo "$name: OK"; done <"$2"'

/** A machine that has no more than the scripts use, and of that not this one. */
async function withoutProgram(missing: string) {
  await mkdir(join(folder, "few"))
  for (const name of PROGRAMS.filter((other) => other !== missing))
    await symlink(Bun.which(name)!, join(folder, "few", name))
}

const PROGRAMS =
  "cat cp df dirname find grep head id ln ls mkdir mv readlink rm rmdir sed sh sha256sum sort tr uname wc xargs".split(
    " ",
  )

/** In such a program: the machine's own. */
const MACHINES = `PATH=\${PATH#*:}`

const install = (...args: string[]) => script(join(archive, "install.sh"), ...args)
const uninstall = () => script(join(prefix, KIT, "uninstall.sh"))

/** Every file below a folder, and every folder that is empty. */
async function tree(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
}

const INSTALLED = [
  "bin/opencode",
  `${KIT}/bin/server-one`,
  `${KIT}/installed`,
  `${KIT}/installed-folders`,
  `${KIT}/node_modules/@a/b/in $dex.js`,
  `${KIT}/rollback.sh`,
  `${KIT}/uninstall.sh`,
]

const KEPT = [
  ...INSTALLED.filter((path) => path.startsWith(KIT)).map((path) => path.replace(KIT, `${KIT}.previous`)),
  `${KIT}.previous/opencode.kept`,
]

test("installs to the prefix and, without one, to ~/.local; uninstall leaves nothing of it", async () => {
  expect(await install("--prefix", prefix)).toMatchObject({ exitCode: 0, stderr: "" })
  expect(await tree(prefix)).toEqual(INSTALLED)
  expect((await script(join(prefix, "bin/opencode"))).stdout).toBe("one\n")
  expect(await uninstall()).toMatchObject({ exitCode: 0, stderr: "" })
  expect(await readdir(folder)).toEqual(["an archive"])
  expect(await install()).toMatchObject({ exitCode: 0 })
  expect(await tree(join(folder, "home/.local"))).toEqual(INSTALLED)
})

test("on macOS, whose older versions call it shasum, it is installed, compared, put back and removed as elsewhere", async () => {
  await withoutProgram("sha256sum")
  const few = join(folder, "few")
  for (const name of ["shasum", "awk", "rmdir"])
    if (!existsSync(join(few, name))) await symlink(Bun.which(name)!, join(few, name))
  await rm(join(few, "uname"))
  const uname = "#!/bin/sh\ncase $1 in -s) echo Darwin;; -m) echo arm64;; -r) echo 22.1.0;; esac\n"
  await writeFile(join(few, "uname"), uname, { mode: 0o755 })
  const machine = printMachine(machineFor("darwin-arm64", Buffer.alloc(1), 1024))
  await makeArchive("one", machine)
  expect(await install("--prefix", prefix)).toMatchObject({ exitCode: 0, stderr: "" })
  await makeArchive("two", machine)
  expect(await install("--prefix", prefix)).toMatchObject({ exitCode: 0, stderr: "" })
  expect(await script(join(prefix, KIT, "rollback.sh"))).toMatchObject({ exitCode: 0, stderr: "" })
  await appendFile(join(prefix, KIT, "bin/server-one"), "x")
  expect(await uninstall()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("server-one") })
  await makeArchive("one", machine.replace("22.0", "23.0"))
  const old = await install("--prefix", join(folder, "other"))
  expect(old).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("kernel is older than 23.0") })
})

test("a relative prefix is below the working directory", async () => {
  expect(await install("--prefix=a prefix")).toMatchObject({ exitCode: 0 })
  expect(await tree(prefix)).toEqual(INSTALLED)
})

test("uninstall leaves what was there before", async () => {
  await mkdir(join(prefix, "bin"), { recursive: true })
  await writeFile(join(prefix, "bin/other"), "")
  await mkdir(join(prefix, "lib"))
  await install("--prefix", prefix)
  expect(await uninstall()).toMatchObject({ exitCode: 0 })
  expect(await tree(prefix)).toEqual(["bin/other"])
  expect((await readdir(prefix)).sort()).toEqual(["bin", "lib"])
})

test("uninstall leaves, and names, what was added or changed since", async () => {
  await install("--prefix", prefix)
  await writeFile(join(prefix, KIT, "node_modules/mine.js"), "")
  await appendFile(join(prefix, "bin/opencode"), "echo changed\n")
  const own = ["installed", "installed-folders", "uninstall.sh"].map((name) => `${KIT}/${name}`)
  const { exitCode, stderr } = await uninstall()
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`${KIT}/node_modules/mine.js`)
  expect(stderr).toContain("bin/opencode")
  expect(stderr).toContain("run it again")
  const mine = `${KIT}/node_modules/mine.js`
  expect(await tree(prefix)).toEqual(["bin/opencode", mine, ...own].sort())
  // The list stays for as long as it names something; what was added is in none.
  await rm(join(prefix, "bin/opencode"))
  const again = await uninstall()
  expect(again).toMatchObject({ exitCode: 1, stderr: expect.not.stringContaining("run it again") })
  expect(await tree(prefix)).toEqual([mine])
})

test("uninstall keeps its lists when sha256sum dies on the way, and can be run again", async () => {
  await install("--prefix", prefix)
  await makeArchive("two")
  await install("--prefix", prefix)
  const before = await tree(prefix)
  await says("sha256sum", "kill -KILL $$")
  expect(await uninstall()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("run it again") })
  expect(await tree(prefix)).toEqual(before)
  await rm(join(folder, "programs"), { recursive: true })
  expect(await uninstall()).toMatchObject({ exitCode: 0, stderr: "" })
  expect(await readdir(folder)).toEqual(["an archive"])
})

describe("uninstall removes nothing, and its exit code is 2,", () => {
  const victim = () => join(folder, "victim")
  const list = () => join(prefix, KIT, "installed")

  beforeEach(async () => {
    await install("--prefix", prefix)
    await writeFile(victim(), "of somebody else\n")
  })

  async function refuses(...says: string[]) {
    const before = await tree(prefix)
    const { exitCode, stderr } = await uninstall()
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining("nothing was removed"),
    })
    for (const words of says) expect(stderr).toContain(words)
    expect(await tree(prefix)).toEqual(before)
    expect(await readFile(victim(), "utf8")).toBe("of somebody else\n")
  }

  const hash = new Bun.CryptoHasher("sha256").update("of somebody else\n").digest("hex")

  test("when its list names an absolute path, one that leads out, or one that is not the kit's", async () => {
    const before = await readFile(list(), "utf8")
    for (const path of [
      victim(),
      "../victim",
      `${KIT}/../../../victim`,
      `${KIT}/..`,
      "bin/../../victim",
      "bin/other",
      "lib/other/file",
    ]) {
      await writeFile(list(), `${before}${hash}  ${path}\n`)
      await refuses(path)
    }
  })

  test("when a name in it could be read as two, or a line has another form", async () => {
    const inner = join(prefix, KIT, `a" "${folder}`)
    await mkdir(inner, { recursive: true })
    await writeFile(join(inner, "victim"), "of somebody else\n")
    const before = await readFile(list(), "utf8")
    for (const line of [
      `${hash}  ${KIT}/a" "${victim()}`,
      `\\${hash}  ${KIT}/a\\n`,
      `SHA256 (${victim()}) = ${hash}`,
      `${hash} *${victim()}`,
      "# a remark",
    ]) {
      await writeFile(list(), `${before}${line}\n`)
      await refuses(line)
    }
  })

  test("when what it names lies behind a link to a folder", async () => {
    await symlink(folder, join(prefix, KIT, "link"))
    await appendFile(list(), `${hash}  ${KIT}/link/victim\n`)
    await refuses(`${KIT}/link`)
  })

  test("when the one before it, which it kept, names others or is a link", async () => {
    await makeArchive("two")
    await install("--prefix", prefix)
    const previous = join(prefix, `${KIT}.previous`)
    await appendFile(join(previous, "installed"), `${hash}  ../victim\n`)
    await refuses("../victim")
    await rm(previous, { recursive: true })
    await symlink(join(prefix, KIT), previous)
    await refuses("opencode-kit.previous")
  })

  test("when a folder cannot be searched, or the lists cannot be read, for whatever the other lists name", async () => {
    await makeArchive("two")
    await install("--prefix", prefix)
    const previous = join(prefix, `${KIT}.previous`)
    // As it ends where it may not read a folder.
    await says("find", `${MACHINES}\nfind "$@"\nexit 1`)
    await refuses(`${KIT} cannot be searched`)
    await appendFile(join(previous, "installed"), `${hash}  ../victim\n`)
    await refuses("../victim")
    await rm(join(folder, "programs"), { recursive: true })
    await rm(join(previous, "installed-folders"))
    await refuses(`${KIT}.previous: its lists cannot be read`)
  })

  test("when there is no sha256sum", async () => {
    await withoutProgram("sha256sum")
    await refuses("no sha256sum in PATH")
  })

  test("when its list of folders names others", async () => {
    for (const words of ["/tmp", "bin ../..", "lib/other"]) {
      await writeFile(join(prefix, KIT, "installed-folders"), `${words}\n`)
      await refuses(words.split(" ").at(-1)!)
    }
  })
})

test("a later archive takes the place of what an earlier one installed", async () => {
  await install("--prefix", prefix)
  await makeArchive("two")
  expect(await install("--prefix", prefix)).toMatchObject({ exitCode: 0, stderr: "" })
  expect(await tree(prefix)).toEqual(
    [...INSTALLED.map((path) => path.replace("-one", "-two")), ...KEPT].sort(),
  )
  expect((await script(join(prefix, "bin/opencode"))).stdout).toBe("two\n")
  expect(await uninstall()).toMatchObject({ exitCode: 0, stderr: "" })
  expect(await readdir(folder)).toEqual(["an archive"])
})

test("what an upgrade replaced is kept, and rollback puts it back; again, and it is undone", async () => {
  await install("--prefix", prefix)
  const before = await tree(prefix)
  await makeArchive("two")
  expect((await install("--prefix", prefix)).stdout).toContain(`sh ${join(prefix, KIT)}/rollback.sh`)
  const after = await tree(prefix)
  const version = async () => (await script(join(prefix, "bin/opencode"))).stdout
  const rollback = () => script(join(prefix, KIT, "rollback.sh"))
  expect(await rollback()).toMatchObject({ exitCode: 0, stderr: "" })
  expect(await version()).toBe("one\n")
  expect((await tree(prefix)).filter((path) => !path.includes(".previous"))).toEqual(before)
  expect(await rollback()).toMatchObject({ exitCode: 0, stderr: "" })
  expect(await version()).toBe("two\n")
  expect(await tree(prefix)).toEqual(after)
  await rollback()
  // What is there after a rollback is as installed: it can be upgraded, and removed.
  expect(await install("--prefix", prefix)).toMatchObject({ exitCode: 0, stderr: "" })
  expect(await uninstall()).toMatchObject({ exitCode: 0, stderr: "" })
  expect(await readdir(folder)).toEqual(["an archive"])
})

describe("an upgrade is whole", () => {
  beforeEach(async () => {
    for (const version of ["one", "two"]) {
      await makeArchive(version)
      await install("--prefix", prefix)
    }
    await makeArchive("three")
  })

  /** The executable is that of the kit, and the one before them is kept whole. */
  async function expectThree() {
    expect((await script(join(prefix, "bin/opencode"))).stdout).toBe("three\n")
    expect(await tree(join(prefix, KIT, "bin"))).toEqual(["server-three"])
    expect((await script(join(prefix, KIT, "rollback.sh"), "--check", prefix)).exitCode).toBe(0)
    expect(await tree(join(prefix, `${KIT}.previous/bin`))).toEqual(["server-two"])
  }

  const forPrevious = (action: string) =>
    `case $* in *opencode-kit.previous*) ${action} ;; esac\n${MACHINES} exec "$(basename "$0")" "$@"`

  test("when the oldest cannot be removed, which is named", async () => {
    await says("rm", forPrevious("exit 1"))
    const { exitCode, stderr } = await install("--prefix", prefix)
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringMatching(/^left, .*opencode-kit\.previous\.old-\d+\n$/),
    })
    await expectThree()
  })

  test("or none, when the executable cannot be replaced", async () => {
    const before = await tree(prefix)
    await says("mv", `case $* in *bin/opencode) exit 1 ;; esac\n${MACHINES} exec mv "$@"`)
    expect((await install("--prefix", prefix)).exitCode).not.toBe(0)
    expect(await tree(prefix)).toEqual(before)
  })

  test.each(["mv", "rm"])("when somebody ends it while it is at %s", async (program) => {
    await says(program, forPrevious("kill -INT $PPID"))
    expect(await install("--prefix", prefix)).toMatchObject({ exitCode: 0, stderr: "" })
    await expectThree()
    expect(await readdir(join(prefix, "lib"))).toHaveLength(2)
  })
})

test("rollback does nothing, and its exit code is 2, where nothing was kept, or that was changed since", async () => {
  await install("--prefix", prefix)
  const rollback = () => script(join(prefix, KIT, "rollback.sh"))
  expect(await rollback()).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("nothing to go back to"),
  })
  await makeArchive("two")
  await install("--prefix", prefix)
  for (const file of ["opencode.kept", "bin/server-one"]) {
    const path = join(prefix, `${KIT}.previous`, file)
    const text = await readFile(path, "utf8")
    await writeFile(path, `${text}changed`)
    const before = await tree(prefix)
    expect(await rollback()).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("was changed since"),
    })
    expect(await tree(prefix)).toEqual(before)
    await writeFile(path, text)
  }
  expect(await rollback()).toMatchObject({ exitCode: 0 })
})

describe("rollback puts nothing back, and its exit code is 2,", () => {
  const kept = (path: string) => join(prefix, `${KIT}.previous`, path)
  const rollback = (...args: string[]) => script(join(prefix, KIT, "rollback.sh"), ...args)

  beforeEach(async () => {
    await install("--prefix", prefix)
    await makeArchive("two")
    await install("--prefix", prefix)
  })

  async function refuses(...says: string[]) {
    const before = await tree(prefix)
    for (const args of [[], ["--check", prefix]]) {
      const { exitCode, stdout, stderr } = await rollback(...args)
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" })
      for (const words of says) expect(stderr).toContain(words)
    }
    expect(await tree(prefix)).toEqual(before)
    expect((await script(join(prefix, "bin/opencode"))).stdout).toBe("two\n")
  }

  test("when there is no sha256sum, or it dies over the list", async () => {
    await writeFile(kept("opencode.kept"), "echo changed\n")
    await withoutProgram("sha256sum")
    await refuses("no sha256sum in PATH")
    await rm(join(folder, "few"), { recursive: true })
    await says("sha256sum", "kill -KILL $$")
    await refuses("could not be compared")
    await says("sha256sum", "exit 0")
    await refuses("could not be compared")
  })

  test("when the list is empty, has no executable, or names what is not the kit's", async () => {
    const before = await readFile(kept("installed"), "utf8")
    const hash = before.slice(0, 64)
    for (const list of [
      "",
      before.replace(/.*bin\/opencode\n/, ""),
      `${before}${hash}  ../victim\n`,
      `${before}${hash}  ${KIT}/../../victim\n`,
      `${before}# a remark\n`,
    ]) {
      await writeFile(kept("installed"), list)
      await refuses("names what was not installed, or is not all there")
    }
  })

  test("when files were added to what was kept, or are links", async () => {
    await writeFile(kept("bin/more"), "")
    await refuses("There are other files")
    await rm(kept("bin/more"))
    await rm(kept("opencode.kept"))
    await writeFile(join(folder, "elsewhere"), "#!/bin/sh\necho one\n")
    await symlink(join(folder, "elsewhere"), kept("opencode.kept"))
    await refuses("opencode.kept")
  })

  test("but 0 when all is as it was kept, and --check exchanges nothing", async () => {
    expect(await rollback("--check", prefix)).toMatchObject({ exitCode: 0, stdout: "", stderr: "" })
    expect((await script(join(prefix, "bin/opencode"))).stdout).toBe("two\n")
    expect(await rollback("--check")).toMatchObject({ exitCode: 2 })
    expect(await rollback()).toMatchObject({ exitCode: 0, stderr: "" })
    expect((await script(join(prefix, "bin/opencode"))).stdout).toBe("one\n")
  })
})

test("the installer says which line puts it into PATH, and the next command; uninstall says what it removed", async () => {
  const { stdout } = await install("--prefix", prefix)
  expect(stdout).toContain(`export PATH="${prefix}/bin:$PATH"`)
  expect(stdout).toContain(`Next: ${prefix}/bin/opencode offline help`)
  const removed = await uninstall()
  expect(removed.stdout).toContain(`Removed 5 files: ${prefix}/bin/opencode and ${prefix}/${KIT}`)
})

describe("on a machine that cannot run it, nothing is changed, and the exit code is 2:", () => {
  const here = { system: "Linux", processor: "x86_64", kernel: "5.1", kilobytes: "1" }

  const uname = (system: string, processor: string, kernel: string) =>
    says("uname", `case $1 in -s) echo ${system};; -m) echo ${processor};; -r) echo ${kernel};; esac`)

  async function needing(machine: Record<string, string>) {
    const all = Object.entries({ ...here, ...machine })
    await makeArchive("one", all.map(([name, value]) => `${name} ${value}\n`).join(""))
    return install("--prefix", prefix)
  }

  async function refuses(machine: Record<string, string>, ...words: string[]) {
    await expectRefused(await needing(machine), ...words)
  }

  async function expectRefused(
    { exitCode, stderr }: Awaited<ReturnType<typeof install>>,
    ...words: string[]
  ) {
    expect(exitCode).toBe(2)
    for (const word of [...words, "why:", "next:"]) expect(stderr).toContain(word)
    expect(await tree(prefix)).toEqual([])
  }

  test("any, when the kit does not say what it needs", async () => {
    await makeArchive("one", "")
    await expectRefused(await install("--prefix", prefix), "does not say which machine")
  })

  test("one whose kernel has no version that can be compared", async () => {
    for (const kernel of ["", "unknown", "5", "v6.1", "6.x"]) {
      await uname("Linux", "x86_64", kernel)
      await refuses({}, "kernel does not say its version")
    }
    await uname("Linux", "x86_64", `${"9".repeat(30)}.1`)
    await refuses({}, "kernel is older than 5.1")
  })

  test("one with too little room on a disk whose name has spaces, or that does not say it", async () => {
    await uname("Linux", "x86_64", "6.1.0")
    const df = (line: string) =>
      says("df", `echo Filesystem 1024-blocks Used Available Capacity Mounted on\necho '${line}'`)
    await df("//server/my 900 share  1000 995 5 100% /mnt/my 7 share")
    await refuses({ kilobytes: "6" }, "not enough room")
    expect(await needing({ kilobytes: "5" })).toMatchObject({ exitCode: 0 })
    expect(await uninstall()).toMatchObject({ exitCode: 0 })
    for (const line of ["", "none 0 0 0 - /mnt"]) {
      await df(line)
      await refuses({}, "free space in", "is not known")
    }
  })

  test("another processor or system", async () => {
    await uname("Linux", "aarch64", "6.1.0-13-arm64")
    await refuses({}, "This kit is for Linux on x86_64", "this machine is Linux on aarch64")
    await uname("Darwin", "x86_64", "23.0.0")
    await refuses({}, "this machine is Darwin on x86_64")
  })

  test("an old kernel", async () => {
    for (const kernel of ["4.19.0-21-amd64", "5.0.9", "3.10.0-1160.el7.x86_64"]) {
      await uname("Linux", "x86_64", kernel)
      await refuses({}, "kernel is older than 5.1", kernel)
    }
    for (const kernel of ["5.1.0", "5.15.0-1-generic", "6.0-rc1", "10.2"]) {
      await uname("Linux", "x86_64", kernel)
      expect(await needing({})).toMatchObject({ exitCode: 0 })
      expect(await uninstall()).toMatchObject({ exitCode: 0 })
    }
  })

  test("another C library, a processor that lacks something, and too little room", async () => {
    await uname("Linux", "x86_64", "6.1.0")
    await refuses({ loader: "/lib/ld-none.so.1" }, "another C library", "there is no /lib/ld-none.so.1")
    await refuses({ flag: "avx9" }, "no avx9", "-baseline")
    await refuses({ kilobytes: "999999999999" }, "not enough room")
    expect(await needing({ loader: "/bin/sh", kilobytes: "10" })).toMatchObject({ exitCode: 0 })
  })
})

describe("nothing is changed, and the exit code is 2,", () => {
  /** Installs, and expects that it says why it does not. */
  async function refuses(...says: string[]) {
    const before = await tree(prefix)
    const contents = await Promise.all(before.map((path) => readFile(join(prefix, path), "utf8")))
    const { exitCode, stderr } = await install("--prefix", prefix)
    expect(exitCode).toBe(2)
    for (const words of [...says, "why:", "next:"]) expect(stderr).toContain(words)
    expect(await tree(prefix)).toEqual(before)
    expect(await Promise.all(before.map((path) => readFile(join(prefix, path), "utf8")))).toEqual(contents)
  }

  test("when a file of the archive was changed", async () => {
    await appendFile(join(archive, `files/${KIT}/node_modules/@a/b/in $dex.js`), "c")
    await refuses("The archive is damaged", "in $dex.js: FAILED")
  })

  test("when its list names an absolute path, or one that leads out of it", async () => {
    await writeFile(join(folder, "victim"), "")
    const hash = new Bun.CryptoHasher("sha256").update("").digest("hex")
    const before = await readFile(join(archive, "SHA256SUMS"), "utf8")
    for (const path of [join(folder, "victim"), "../victim", "files/../../victim", 'files/"', "files/a\\b"]) {
      await writeFile(join(archive, "SHA256SUMS"), `${before}${hash}  ${path}\n`)
      await refuses("SHA256SUMS names what cannot be in this archive", path)
    }
  })

  test("when the list of what is installed names something else", async () => {
    await install("--prefix", prefix)
    await makeArchive("two")
    const list = join(prefix, KIT, "installed")
    const before = await readFile(list, "utf8")
    const hash = new Bun.CryptoHasher("sha256").update("").digest("hex")
    for (const path of ["/dev/null", "../a prefix/bin/opencode", "bin/other"]) {
      await writeFile(list, `${before}${hash}  ${path}\n`)
      await refuses("names what was not installed", path)
    }
    await writeFile(list, before)
    await writeFile(join(prefix, KIT, "installed-folders"), "bin ../..\n")
    await refuses("names what was not made", "../..")
  })

  test("when a file of the archive is missing", async () => {
    await rm(join(archive, `files/${KIT}/bin/server-one`))
    await refuses("The archive is damaged", "server-one")
  })

  test.each([
    ["file", (path: string) => writeFile(path, "")],
    ["link", (path: string) => symlink("/etc/passwd", path)],
  ])("when there is a %s more in the archive", async (_, add) => {
    await add(join(archive, `files/${KIT}/more`))
    await refuses("The archive holds more than SHA256SUMS names")
  })

  test("when there is an opencode that it did not install", async () => {
    await mkdir(join(prefix, "bin"), { recursive: true })
    await writeFile(join(prefix, "bin/opencode"), "mine")
    await refuses("a prefix/bin/opencode is there already")
  })

  test("when there is a folder of that name that it did not install", async () => {
    await mkdir(join(prefix, KIT), { recursive: true })
    await writeFile(join(prefix, KIT, "mine"), "")
    await refuses("a prefix/lib/opencode-kit is there already")
  })

  test("when there is a folder, or a link, where it would keep what it replaces", async () => {
    await install("--prefix", prefix)
    await makeArchive("two")
    await mkdir(join(prefix, `${KIT}.previous`))
    await writeFile(join(prefix, `${KIT}.previous`, "mine"), "")
    await refuses("opencode-kit.previous is there already")
    await rm(join(prefix, `${KIT}.previous`), { recursive: true })
    await symlink("/etc/passwd", join(prefix, `${KIT}.previous`))
    await refuses("opencode-kit.previous is there already")
  })

  test("when there is anything else in what it kept, which it would delete", async () => {
    await install("--prefix", prefix)
    await makeArchive("two")
    await install("--prefix", prefix)
    await makeArchive("three")
    const previous = join(prefix, `${KIT}.previous`)
    await writeFile(join(previous, "mine"), "")
    await refuses("There are other files in", "opencode-kit.previous is there already")
    await rm(join(previous, "mine"))
    await appendFile(join(previous, "opencode.kept"), "changed")
    await refuses("was changed since", "opencode.kept: FAILED", "opencode-kit.previous is there already")
  })

  test("when what it installed was changed since", async () => {
    await install("--prefix", prefix)
    await appendFile(join(prefix, "bin/opencode"), "echo changed\n")
    await refuses("was changed since", "bin/opencode: FAILED")
  })

  test("when sha256sum dies over what is installed, or over the archive", async () => {
    await install("--prefix", prefix)
    for (const [list, words] of [
      [`${KIT}/installed`, "was changed since, or could not be compared"],
      ["SHA256SUMS", "The archive is damaged"],
    ])
      for (const end of ["kill -KILL $$", "exit 0", `${SAYS_OK}; exit 1`]) {
        await says("sha256sum", `case $* in *${list}*) ${end} ;; esac\n${MACHINES} exec sha256sum "$@"`)
        await refuses(words!, "sha256sum did not compare all files")
      }
  })

  test("when something was added to what it installed", async () => {
    await install("--prefix", prefix)
    await writeFile(join(prefix, KIT, "mine"), "")
    await refuses("There are other files in")
  })
})

test("an unknown option is refused, and --help says what it does", async () => {
  expect(await install("--prefx", prefix)).toMatchObject({ exitCode: 2 })
  const { exitCode, stdout } = await install("--help")
  expect(exitCode).toBe(0)
  expect(stdout).toContain("sh install.sh [--prefix DIR]")
  expect(await readdir(folder)).toEqual(["an archive"])
  await cp(join(OWN, "uninstall.sh"), join(folder, "uninstall.sh"))
  expect(await script(join(folder, "uninstall.sh"))).toMatchObject({ exitCode: 2 })
})
