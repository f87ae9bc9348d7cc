import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import type { Turn } from "../../scripts/harness/provider.ts"
import { type IsolatedContext, runIsolated } from "../../scripts/harness/run-opencode.ts"
import { enter, runCommand, type Setup, toolResults } from "../../scripts/harness/scenarios.ts"
import { PATCH_SET } from "../../scripts/lib/patch-set.ts"
import { run } from "../../scripts/lib/process.ts"
import { pinName } from "../../scripts/pins/pin.ts"
import { builtExecutable } from "../lib/built.ts"
import { debianPackages, RPM_PACKAGES } from "../lib/debian.ts"
import { once } from "../lib/once.ts"
import { isReadable, pin } from "../lib/stock.ts"
import { versionOf } from "../lib/version.ts"
import { callTool } from "./lib/call-tool.ts"
import { MOUNT, makeFolder, removeFolders, wrapper } from "./lib/mounts.ts"

// The packages and the image of a release, as the systems' own tools see them: installed into a folder, run from there where
// nothing can be reached, removed. Those tools are Debian's; nothing is installed on this machine.

const RPM = await debianPackages(...RPM_PACKAGES)
const SKOPEO = await debianPackages("skopeo", "golang-github-containers-common", "libgpgme11")
const LIBC = await debianPackages("libc6")

/** Runs a test where it can be; under CI, what is missing fails it. */
function withTools(tools: Awaited<ReturnType<typeof debianPackages>>) {
  if (typeof tools !== "string") console.error(`not run: ${tools.missing}`)
  return test.skipIf(typeof tools !== "string")
}

let release: string
const fileThat = async (end: string) => {
  const found = (await readdir(release)).filter((name) => name.endsWith(end))
  expect(found).toHaveLength(1)
  return join(release, found[0]!)
}

beforeAll(async () => {
  const out = await makeFolder()
  const words = [
    "--pin",
    pinName(pin),
    "--out",
    out,
    ...(typeof LIBC === "string" ? ["--image-base", LIBC] : []),
  ]
  const made = await run(process.execPath, ["scripts/commands/release.ts", ...words], {
    cwd: join(import.meta.dirname, "../.."),
    env: process.env,
  })
  if (made.exitCode !== 0) throw new Error(`there is no release:\n${made.stderr}`)
  release = join(out, (await readdir(out))[0]!)
})
afterAll(removeFolders)

/** A tool of Debian's from its folder, as root of a user namespace. */
async function debian(folder: string, program: string, ...words: string[]) {
  const unshare = ["--user", "--map-root-user", join(folder, "usr/bin", program), ...words]
  const libraries = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"]
    .map((name) => join(folder, name))
    .join(":")
  const env = {
    LD_LIBRARY_PATH: libraries,
    RPM_CONFIGDIR: join(folder, "usr/lib/rpm"),
    HOME: dirname(release),
  }
  const { exitCode, stdout, stderr } = await run("unshare", unshare, {
    env: { PATH: process.env.PATH, ...env },
  })
  return { exitCode, stdout: String(stdout), stderr: String(stderr) }
}

/** The executable of a root folder at its fixed place, its /usr laid over this machine's; and the managed file. */
async function installedIn(root: string) {
  const laid = `${MOUNT} -t overlay installed -o lowerdir=${root}/usr:/usr /usr`
  const managed = await readFile(join(root, "etc/opencode/opencode.json"), "utf8")
  return {
    executable: await wrapper(laid, "/usr/bin/opencode"),
    env: OFFLINE,
    etc: { "opencode/opencode.json": managed },
  }
}

const OFFLINE = { OPENCODE_OFFLINE: "1" }
const grep: Turn = { tool: "grep", input: { pattern: "needle" } }
const files = { "a.txt": "a needle\n" }

/** What is true of OpenCode that a package installed: whatever package it is. */
async function expectWorks(installed: Awaited<ReturnType<typeof installedIn>>): Promise<void> {
  const version = await runCommand(installed, "--version")
  expect(version).toMatchObject({ exitCode: 0, stdout: versionOf(), attempts: [] })
  const verified = await runCommand(installed, "offline", "verify", "--json")
  expect(verified).toMatchObject({ exitCode: 0, attempts: [] })
  expect(JSON.parse(verified.stdout)).toMatchObject({
    list: "/usr/lib/opencode-kit/SHA256SUMS",
    findings: [],
  })
  const uninstall = await runCommand(installed, "uninstall", "--dry-run")
  expect(uninstall.stderr).toContain(
    "are removed by what installed them, such as: apt remove opencode-offline",
  )
  const command = "command -v rg && rg needle a.txt"
  const searched = await callTool({ ...installed, files }, "bash", { command, description: "search" })
  expect(searched.output).toStartWith("/usr/lib/opencode-kit/native/rg\na needle")
  expect(searched.attempts).toEqual([])
}

/** Opens the TUI: the native libraries that Bun has unpacked into the temporary folder then. */
async function openIn(installed: Setup, afterwards = async (_: IsolatedContext) => {}) {
  let found: string[] = []
  const result = await runIsolated({
    ...installed,
    provider: [grep, { text: "Done." }],
    files,
    pty: true,
    async during(context) {
      await context.waitFor("Ask anything")
      await afterwards(context)
      found = await readdir(context.folder.tmp)
    },
  })
  expect(result.attempts).toEqual([])
  return { ...result, unpacked: found.filter((file) => /\.(so|node)$/.test(file)) }
}

/** A search that is asked for in the TUI. Gives what it has put into the home. */
async function expectSearches(installed: Setup): Promise<string[]> {
  const result = await openIn(installed, async (context) => {
    await context.waitFor("Mock Model")
    await enter(context, "say hi", "Done.")
  })
  expect(toolResults(result)[0]).toContain("a needle")
  if (!isReadable) expect(result.unpacked).toEqual([])
  return result.files
}

test("the executable alone unpacks native libraries", async () => {
  expect((await openIn({ executable: builtExecutable(), env: OFFLINE })).unpacked).not.toEqual([])
})

/** Every file and link of a folder, without the folders. */
async function filesOf(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
}

describe("the package for Debian", () => {
  let root: string
  const dpkg = async (...words: string[]) => {
    const all = ["--user", "--map-root-user", "dpkg", `--root=${root}`, "--log=/dev/null", ...words]
    const { exitCode, stdout, stderr } = await run("unshare", all, { env: { PATH: process.env.PATH } })
    return { exitCode, stdout: String(stdout), stderr: String(stderr) }
  }
  beforeAll(async () => {
    root = await makeFolder()
    await mkdir(join(root, "var/lib/dpkg/info"), { recursive: true })
    await mkdir(join(root, "var/lib/dpkg/updates"))
    await writeFile(join(root, "var/lib/dpkg/status"), "")
  })

  /** Unpacked, and no more, as there is no C library. */
  const unpacked = once(async () => dpkg("--install", await fileThat(".deb")))

  test("is not installed where there is no C library", async () => {
    const { exitCode, stderr } = await unpacked()
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/opencode-offline depends on libc6 \(>= 2\.\d+\)/)
  })

  test("is installed where there is one, works, unpacks nothing, and is as dpkg knows it", async () => {
    await unpacked()
    const known = ["libc6", "libgcc-s1", "libstdc++6"].map(
      (name) =>
        `\nPackage: ${name}\nStatus: install ok installed\nMaintainer: a <a@b>\nArchitecture: amd64\nVersion: 99\nDescription: a\n`,
    )
    await appendFile(join(root, "var/lib/dpkg/status"), known.join(""))
    expect(await dpkg("--configure", "opencode-offline")).toMatchObject({ exitCode: 0 })
    expect(await dpkg("--verify", "opencode-offline")).toMatchObject({ exitCode: 0, stdout: "" })
    const installed = await installedIn(root)
    await expectWorks(installed)
    const files = await expectSearches(installed)
    expect(files.filter((file) => file.includes("opencode-inside"))).toEqual([])
  })

  test("has a list for fapolicyd with every file in it, as it is", async () => {
    const trust = await readFile(join(root, "usr/share/opencode-offline/fapolicyd.trust"), "utf8")
    const lines = trust
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" "))
    expect(lines.every((fields) => fields.length === 3)).toBe(true)
    const [, size, sha256] = lines.find(([path]) => path === "/usr/bin/opencode")!
    const executable = await readFile(join(root, "usr/bin/opencode"))
    expect([size, sha256]).toEqual([
      `${executable.length}`,
      new Bun.CryptoHasher("sha256").update(executable).digest("hex"),
    ])
    expect(lines.map(([path]) => path)).toContain("/usr/lib/opencode-kit/native/rg")
  })

  test("leaves a managed file that was changed, and nothing else", async () => {
    const managed = join(root, "etc/opencode/opencode.json")
    await writeFile(managed, '{ "offline": true }\n')
    expect(await dpkg("--remove", "opencode-offline")).toMatchObject({ exitCode: 0 })
    expect((await filesOf(root)).filter((file) => !file.includes("/var/lib/dpkg"))).toEqual([managed])
    expect(await dpkg("--purge", "opencode-offline")).toMatchObject({ exitCode: 0 })
    expect((await filesOf(root)).filter((file) => !file.includes("/var/lib/dpkg"))).toEqual([])
  })
})

describe("the package for rpm", () => {
  let root: string
  const rpm = async (...words: string[]) =>
    debian(RPM as string, "rpm", "--root", root, "--dbpath", "/var/lib/rpm", ...words)
  beforeAll(async () => {
    root = await makeFolder()
  })

  withTools(RPM)("has the digests that rpm asks for, and not when a byte of it was changed", async () => {
    const file = await fileThat(".rpm")
    const folder = await makeFolder()
    const keys = (path: string) => debian(RPM as string, "rpmkeys", "--dbpath", folder, "-K", path)
    expect(await keys(file)).toMatchObject({ exitCode: 0, stdout: `${file}: digests OK\n` })
    const bytes = await readFile(file)
    for (const at of [bytes.length - 100_000, 200_000]) {
      const changed = join(folder, "changed.rpm")
      await writeFile(changed, bytes.with(at, bytes[at]! ^ 1))
      expect((await keys(changed)).exitCode, `${at}`).not.toBe(0)
      await rm(changed)
    }
  })

  withTools(RPM)("is not installed where there is no C library", async () => {
    const { exitCode, stderr } = await rpm("--install", await fileThat(".rpm"))
    expect(exitCode).not.toBe(0)
    expect(stderr).toMatch(/libc\.so\.6\(GLIBC_2\.\d+\)\(64bit\) is needed by opencode-offline/)
  })

  withTools(RPM)("is installed, works, is as rpm knows it, and leaves nothing", async () => {
    const installed = await rpm("--install", "--nodeps", await fileThat(".rpm"))
    expect(installed).toMatchObject({ exitCode: 0, stdout: "" })
    expect(await rpm("--verify", "--nodeps", "opencode-offline")).toMatchObject({ exitCode: 0, stdout: "" })
    const about = await rpm("--query", "--configfiles", "opencode-offline")
    expect(about.stdout).toBe("/etc/opencode/opencode.json\n")
    await expectWorks(await installedIn(root))
    expect(await rpm("--erase", "opencode-offline")).toMatchObject({ exitCode: 0 })
    expect((await filesOf(root)).filter((file) => !file.includes("/var/lib/rpm"))).toEqual([])
    expect(await readdir(join(root, "usr/lib"))).not.toContain("opencode-kit")
  })
})

describe("the image", () => {
  const skopeo = (...words: string[]) => debian(SKOPEO as string, "skopeo", ...words)

  withTools(SKOPEO)("is read by skopeo, with labels, user and platform", async () => {
    const from = `oci-archive:${await fileThat(".oci.tar")}`
    const { exitCode, stdout } = await skopeo("inspect", from)
    expect(exitCode).toBe(0)
    const { Labels, Os } = JSON.parse(stdout)
    expect(Os).toBe("linux")
    expect(Labels).toMatchObject({
      "org.opencontainers.image.title": "opencode-offline",
      "opencode-offline.base": "given",
    })
    expect(Labels["org.opencontainers.image.version"]).toStartWith(`${pin.version}+offline.${PATCH_SET}`)
    const config = JSON.parse((await skopeo("inspect", "--config", from)).stdout)
    expect(config.config).toMatchObject({ User: "65532:65532", Entrypoint: ["/usr/bin/opencode"] })
  })

  withTools(SKOPEO)("has bills of materials and provenance that refer to it", async () => {
    const copy = join(await makeFolder(), "layout")
    const from = `oci-archive:${await fileThat(".oci.tar")}`
    const copied = await skopeo("copy", "--insecure-policy", "--all", from, `oci:${copy}:all`)
    expect(copied).toMatchObject({ exitCode: 0 })
    const read = async (digest: string) =>
      readFile(join(copy, "blobs/sha256", digest.slice("sha256:".length)))
    const json = async (digest: string) => JSON.parse(String(await read(digest)))
    const top = JSON.parse(await readFile(join(copy, "index.json"), "utf8"))
    const [image, ...others] = (await json(top.manifests[0].digest)).manifests
    const names: string[] = []
    for (const { digest } of others) {
      const manifest = await json(digest)
      expect(manifest.subject.digest).toBe(image.digest)
      expect(manifest.artifactType).toBe(manifest.layers[0].mediaType)
      const name = manifest.layers[0].annotations["org.opencontainers.image.title"]
      names.push(name)
      if (name !== "provenance.json")
        expect(String(await read(manifest.layers[0].digest))).toBe(
          await readFile(join(release, name), "utf8"),
        )
      else
        expect((await json(manifest.layers[0].digest)).subject[0].digest).toEqual({
          sha256: image.digest.slice("sha256:".length),
        })
    }
    expect(names.sort()).toEqual(["provenance.json", "sbom.cdx.json", "sbom.spdx.json"])
  })

  withTools(SKOPEO)("runs from its own root, which has no shell, where nothing can be reached", async () => {
    const copy = join(await makeFolder(), "image")
    const from = `oci-archive:${await fileThat(".oci.tar")}`
    expect(await skopeo("copy", "--insecure-policy", from, `dir:${copy}`)).toMatchObject({ exitCode: 0 })
    const { layers } = JSON.parse(await readFile(join(copy, "manifest.json"), "utf8"))
    const root = await makeFolder()
    for (const { digest } of layers) {
      const words = ["-xzf", join(copy, digest.slice("sha256:".length)), "--no-same-owner", "-C", root]
      expect(await run("tar", words, { all: true })).toMatchObject({ exitCode: 0 })
    }
    expect(
      (await filesOf(root)).filter((file) => ["sh", "bash", "busybox"].includes(basename(file))),
    ).toEqual([])
    const executable = await inRoot(root)
    const setup = {
      executable,
      env: { ...OFFLINE, NODE_EXTRA_CA_CERTS: "/etc/opencode-ca/ca.pem" },
    }
    const version = await runCommand(setup, "--version")
    expect(version).toMatchObject({ exitCode: 0, stderr: "", stdout: versionOf(), attempts: [] })
    await expectSearches(setup)
  })
})

/** The executable of an image's root, with nothing of this machine in it but devices, processes and the run's own folder. */
async function inRoot(root: string): Promise<string> {
  for (const name of ["proc", "dev"]) await mkdir(join(root, name), { recursive: true })
  const lines = [
    ...["/proc", "/dev"].map((folder) => `${MOUNT} --rbind ${folder} ${root}${folder}`),
    // The home lies beside the project, both in the run's folder.
    `run=$(${Bun.which("dirname")} "$HOME")`,
    `${Bun.which("mkdir")} -p "${root}$run"`,
    `${MOUNT} --rbind "$run" "${root}$run"`,
  ]
  return wrapper(lines.join("\n"), `${Bun.which("unshare")} --root=${root} --wd="$PWD" /usr/bin/opencode`)
}
