import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import {
  appendFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, relative } from "node:path"
import { kitFile } from "../../scripts/kit/kit-file.ts"
import { shellFiles } from "../../scripts/kit/shell/shell-files.ts"
import { run } from "../../scripts/lib/process.ts"
import { KIT, OWN, THIS_MACHINE, writeKitArchive } from "../lib/kit-archive.ts"

// What the scripts of the archive do beside the prefix's bin and lib: the links below share, and, for all users, /etc. They
// run as root of a user namespace, with folders of the test in the place of /etc and /usr/local.

const SHARE = Object.keys(
  shellFiles(
    { path: [], usage: "", about: "", aliases: [], positionals: [], options: [], commands: [] },
    "",
    {},
  ),
)

let folder: string
let archive: string
/** In the place of /usr/local and /etc. */
let local: string
let etc: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "opencode-offline-system-"))
  archive = join(folder, "archive")
  local = join(folder, "local")
  etc = join(folder, "etc")
  for (const made of [local, etc]) await mkdir(made)
  await makeArchive()
})
afterEach(() => rm(folder, { recursive: true }))

async function makeArchive({ share = SHARE, managed = '{ "share": "disabled" }\n' } = {}) {
  await writeKitArchive(archive, [
    kitFile("files/bin/opencode", "#!/bin/sh\n", true),
    kitFile(`files/${KIT}/bin/server`, "#!/bin/sh\n", true),
    kitFile(`files/${KIT}/managed.json`, managed),
    kitFile("machine", THIS_MACHINE),
    ...share.map((path) => kitFile(`files/${KIT}/${path}`, path)),
  ])
}

/** Runs a script of the kit as root of a namespace, or as a user of it who is not. */
async function asRoot(...words: string[]) {
  const mounts = `mount --bind "${etc}" /etc && mount --bind "${local}" /usr/local && exec "$@"`
  const { exitCode, stdout, stderr } = await run(
    "unshare",
    ["--user", "--map-root-user", "--mount", "sh", "-c", mounts, "sh", "sh", ...words],
    { env: { PATH: process.env.PATH, HOME: join(folder, "home") }, cwd: "/" },
  )
  return { exitCode, stdout: String(stdout), stderr: String(stderr) }
}

const install = (...words: string[]) => asRoot(join(archive, "install.sh"), ...words)
const uninstall = () => asRoot(`/usr/local/${KIT}/uninstall.sh`)
const rollback = () => asRoot(`/usr/local/${KIT}/rollback.sh`)
const managed = () => join(etc, "opencode/opencode.json")

/** Everything below a folder that is no folder itself. */
async function tree(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
}

test("the three scripts know the links that the kit has files for", async () => {
  for (const name of ["install.sh", "rollback.sh", "uninstall.sh"]) {
    const text = await readFile(join(OWN, name), "utf8")
    const [, links = ""] = /^LINKS='([^']*)'$/m.exec(text) ?? []
    expect(links.split(/\s/)).toEqual(SHARE)
  }
})

test("--system installs to /usr/local with a managed file and links, and uninstall leaves nothing of it", async () => {
  expect(await install("--system")).toMatchObject({ exitCode: 0, stderr: "" })
  expect(await readFile(managed(), "utf8")).toBe('{ "share": "disabled" }\n')
  expect((await lstat(managed())).mode & 0o777).toBe(0o644)
  for (const path of SHARE) {
    expect(await readlink(join(local, path))).toBe(`../../../${KIT}/${path}`)
    expect(await readFile(join(local, path), "utf8")).toBe(path)
  }
  const removed = await uninstall()
  expect(removed).toMatchObject({ exitCode: 0, stderr: "" })
  expect(removed.stdout).toContain("/etc/opencode/opencode.json")
  expect([await readdir(local), await readdir(etc)]).toEqual([[], []])
})

test("without --system there are links and no managed file", async () => {
  const prefix = join(folder, "prefix")
  expect(await install("--prefix", prefix)).toMatchObject({ exitCode: 0, stderr: "" })
  expect(await tree(join(prefix, "share"))).toEqual(SHARE.map((path) => relative("share", path)))
  expect(await readdir(etc)).toEqual([])
  expect(await asRoot(join(prefix, KIT, "uninstall.sh"))).toMatchObject({ exitCode: 0, stderr: "" })
  expect(await readdir(folder)).not.toContain("prefix")
})

describe("a managed configuration that is there", () => {
  test.each(["opencode.json", "opencode.jsonc"])("as %s is never changed, and stays", async (name) => {
    await mkdir(dirname(managed()))
    await writeFile(join(etc, "opencode", name), "mine")
    const { exitCode, stdout } = await install("--system")
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`/etc/opencode/${name} is there already and stays as it is`)
    expect(await tree(etc)).toEqual([`opencode/${name}`])
    expect(await uninstall()).toMatchObject({ exitCode: 0, stderr: "" })
    expect(await readFile(join(etc, "opencode", name), "utf8")).toBe("mine")
  })

  test("is left by an upgrade as the kit before made it, and removed by uninstall, also after a rollback", async () => {
    await makeArchive({ share: SHARE.slice(0, 1) })
    await install()
    await makeArchive()
    await install("--system", "--prefix", "/usr/local")
    await makeArchive({ managed: "{}\n" })
    const { stdout } = await install("--system")
    expect(stdout).toContain("stays as it is")
    expect(await readFile(managed(), "utf8")).toBe('{ "share": "disabled" }\n')
    for (const _ of [1, 2, 3]) expect(await rollback()).toMatchObject({ exitCode: 0, stderr: "" })
    expect(await readFile(managed(), "utf8")).toBe('{ "share": "disabled" }\n')
    expect(await uninstall()).toMatchObject({ exitCode: 0, stderr: "" })
    expect(await readdir(etc)).toEqual([])
  })

  test("that was changed since is left and named", async () => {
    await install("--system")
    await appendFile(managed(), "\n")
    const { exitCode, stderr } = await uninstall()
    expect(exitCode).toBe(1)
    expect(stderr).toContain("/etc/opencode/opencode.json")
    expect(await tree(etc)).toEqual(["opencode/opencode.json"])
  })
})

test("rollback and upgrade take away the links that the other kit has no files for, and bring them back", async () => {
  const links = () => tree(join(local, "share"))
  await makeArchive({ share: SHARE.slice(0, 1) })
  await install("--system")
  expect(await links()).toHaveLength(1)
  await makeArchive()
  await install("--system")
  expect(await links()).toHaveLength(4)
  await rollback()
  expect(await links()).toHaveLength(1)
  await rollback()
  expect(await links()).toHaveLength(4)
  await uninstall()
  expect(await readdir(local)).toEqual([])
})

describe("nothing is changed, and the exit code is 2,", () => {
  async function refuses(result: ReturnType<typeof asRoot>, ...words: string[]) {
    const { exitCode, stderr } = await result
    expect(exitCode).toBe(2)
    for (const each of words) expect(stderr).toContain(each)
  }

  test("where a file, or a link of somebody else's, is in the place of a link", async () => {
    const there = join(local, SHARE[0]!)
    await mkdir(dirname(there), { recursive: true })
    await writeFile(there, "mine")
    await refuses(install("--system"), `/usr/local/${SHARE[0]} is there already`)
    await rm(there)
    await symlink("../mine", there)
    await refuses(install("--system"), `/usr/local/${SHARE[0]} is there already`)
    expect(await tree(local)).toEqual([SHARE[0]!])
    expect(await readdir(etc)).toEqual([])
  })

  test("where --system is asked for by who is not root", async () => {
    const programs = join(folder, "programs")
    await mkdir(programs)
    await writeFile(join(programs, "id"), "#!/bin/sh\necho 1000\n", { mode: 0o755 })
    const words = ["-c", `PATH="${programs}:$PATH" sh "${archive}/install.sh" --system`]
    await refuses(asRoot(...words), "--system needs root")
    expect([await readdir(local), await readdir(etc)]).toEqual([[], []])
  })

  test("when the record of the managed file, or the list of folders, names something else", async () => {
    await install("--system")
    const before = await tree(local)
    for (const [list, line] of [
      ["installed-managed", `${"0".repeat(64)}  /etc/passwd`],
      ["installed-managed", "/etc"],
      ["installed-folders", "share/../.."],
      ["installed-folders", "share/doc"],
    ]) {
      const file = join(local, KIT, list!)
      const text = await readFile(file, "utf8")
      await appendFile(file, `${line}\n`)
      await refuses(uninstall(), "nothing was removed", line!)
      await writeFile(file, text)
    }
    expect(await tree(local)).toEqual(before)
  })
})
