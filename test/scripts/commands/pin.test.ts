import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "../../../scripts/lib/process.ts"
import { listPins, PINS, PRODUCT, pinFile, readPin } from "../../../scripts/pins/pin.ts"
import { printPin } from "../../../scripts/pins/write-pin.ts"
import { findTarget, packageFor } from "../../../scripts/upstream/target.ts"
import { makeNpmHome, type NpmHome } from "../../lib/npm-home.ts"
import { makePackage, type Registry, startRegistry, type TestPackage } from "../../lib/registry.ts"
import { UNUSED_BYTES } from "../../lib/sample-elf.ts"
import { ELF_FORMS, type Form, sampleBun, sampleExecutable } from "../../lib/sample-executable.ts"
import { signPe } from "../../lib/sample-pe.ts"
import { makeUpstream, must } from "../../lib/stand-in-upstream.ts"
import { target } from "../../lib/stock.ts"

const PACKAGE = packageFor(PRODUCT, target)
const ROOT = join(import.meta.dirname, "../../..")

/** An executable of our own, in whose runtime a Bun says its version; and that Bun. */
async function make(layout: Form) {
  const [{ file }, runtime] = [sampleExecutable({ layout }), sampleBun({ layout })]
  for (const bytes of [file, runtime])
    bytes.write("bun/1.0.0 npm/? node/v24.3.0 linux x64", UNUSED_BYTES, "latin1")
  return { opencode: await makePackage(PACKAGE, file, "bin/opencode"), runtime }
}
const { opencode, runtime } = await make("appended")
/** The Bun that upstream most likely used, or the other one. */
const bun = (which: 0 | 1, contents: Buffer) =>
  makePackage(target.bun.names[which]!, contents, target.bun.path)
const ripgrep = await makePackage(target.ripgrep.name, Buffer.from("rg"), target.ripgrep.path)
const other = Buffer.from(runtime)
other[UNUSED_BYTES - 1] = 1

/** The plugin package of the release, with what it needs. */
const needed = ["@opencode-ai/sdk", "zod"]
const plugin = await makePackage("@opencode-ai/plugin", Buffer.from(""), "index.js", {
  dependencies: Object.fromEntries(needed.map((name) => [name, "1.0.0"])),
  license: "MIT",
})
const parts = [plugin, ...(await Promise.all(needed.map((name) => makePackage(name, Buffer.from("")))))]
const locked = ({ pinned, manifest }: TestPackage) => ({
  version: "1.0.0",
  integrity: pinned.integrity,
  license: manifest.license ?? "not stated",
})

let root: string
let upstream: string
let commit: string
let home: NpmHome
let registry: Registry

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "pin-"))
  upstream = join(root, "upstream")
  await mkdir(upstream)
  commit = (await makeUpstream(upstream)).first
  await must(upstream, ["tag", "v1.0.0", commit])
})
afterAll(() => rm(root, { recursive: true }))
beforeEach(async () => {
  home = await makeNpmHome()
})
afterEach(async () => {
  await registry?.close()
  await home.remove()
})

async function pin(packages: TestPackage[], args: string[] = []) {
  await registry?.close()
  registry = await startRegistry([...packages, ripgrep, ...parts])
  await home.npmrc(`registry=${registry.url}`)
  const out = join(home.home, "pins")
  const given = ["1.0.0", "--target", target.name, "--git-url", upstream, "--out", out, ...args]
  const words = ["scripts/commands/pin.ts", ...given, "--cache", home.options.cache]
  const { exitCode, stderr } = await run(process.execPath, words, { cwd: ROOT, env: home.options.env })
  return { exitCode, stderr: String(stderr), out }
}

describe("a pin that is made", () => {
  test.each(ELF_FORMS)(
    "names the tag's commit and each package by its hash, and the Bun that it was made from: %s",
    async (layout) => {
      const { opencode, runtime } = await make(layout)
      const other = Buffer.from(runtime)
      other[UNUSED_BYTES - 1] = 1
      const same = await bun(1, runtime)
      const { exitCode, stderr, out } = await pin([await bun(0, other), same, opencode])
      expect(exitCode, stderr).toBe(0)
      const like = await readPin()
      expect(await readPin("1.0.0", out)).toEqual({
        version: "1.0.0",
        product: "opencode",
        git: { url: like.git.url, commit },
        bun: { version: "1.0.0" },
        targets: {
          [target.name]: { opencode: opencode.pinned, bun: same.pinned, ripgrep: ripgrep.pinned },
        },
        grammars: {},
        plugin: {
          provides: parts.map(({ pinned }) => pinned.name),
          packages: Object.fromEntries(
            parts.map((part) => [`node_modules/${part.pinned.name}`, locked(part)]),
          ),
        },
      })
      expect(await readdir(out)).toEqual(["1.0.0"])
    },
  )

  test("is never made in the place of another", async () => {
    const packages = [await bun(0, runtime), opencode]
    const { out } = await pin(packages)
    const before = await readFile(pinFile("1.0.0", out), "utf8")
    await registry.close()
    const { exitCode, stderr } = await pin(packages, ["--commit", "0".repeat(40)])
    expect(stderr).toContain("is left as it is")
    expect(exitCode).toBe(2)
    expect(await readFile(pinFile("1.0.0", out), "utf8")).toBe(before)
  })
})

describe("targets that a registry has later", () => {
  const windows = findTarget("windows-arm64")
  const sample = { layout: "pe-section", machine: "AArch64" } as const
  const parts = async (runtime: Buffer, file: Buffer) => {
    // In the data, which both have.
    for (const bytes of [file, runtime])
      bytes.write("bun/1.0.0 npm/? node/v24.3.0 windows arm64", 0x600, "latin1")
    return [
      await makePackage(packageFor(PRODUCT, windows), file, "bin/opencode.exe"),
      await makePackage(windows.bun.names[0]!, runtime, windows.bun.path),
      await makePackage(windows.ripgrep.name, Buffer.from("rg"), windows.ripgrep.path),
    ]
  }

  test("are added to a pin, whose other parts stay as they are", async () => {
    const { out } = await pin([await bun(0, runtime), opencode])
    const before = await readPin("1.0.0", out)
    const more = await parts(sampleBun(sample), signPe(sampleExecutable(sample).file))
    const { exitCode, stderr } = await pin(more, ["--target", windows.name, "--add"])
    expect(exitCode, stderr).toBe(0)
    const [opencodeExe, bunExe, rg] = more.map(({ pinned }) => pinned)
    expect(await readPin("1.0.0", out)).toEqual({
      ...before,
      targets: {
        ...before.targets,
        [windows.name]: { opencode: opencodeExe, bun: bunExe, ripgrep: rg },
      } as never,
    })
    expect(await readdir(out)).toEqual(["1.0.0"])
    const again = await pin(more, ["--target", windows.name, "--add"])
    expect(again.stderr).toContain("There is nothing to add to the pin 1.0.0")
    expect(again.exitCode).toBe(2)
  })

  test("are not taken when they are made of another Bun than the registry's", async () => {
    const { out } = await pin([await bun(0, runtime), opencode])
    const before = await readFile(pinFile("1.0.0", out), "utf8")
    const other = sampleBun(sample)
    other[0x7ff]! ^= 1
    const more = await parts(other, signPe(sampleExecutable(sample).file))
    const { exitCode, stderr } = await pin(more, ["--target", windows.name, "--add"])
    expect(stderr).toContain("is none of npm's")
    expect(exitCode).toBe(2)
    expect(await readFile(pinFile("1.0.0", out), "utf8")).toBe(before)
  })
})

test("a pin is printed as those of this repository are", async () => {
  for (const name of await listPins())
    expect(printPin(await readPin(name))).toBe(await readFile(pinFile(name), "utf8"))
})

describe("no pin is made, and no file,", () => {
  const refused: [title: string, packages: () => Promise<TestPackage[]>, args: string[], message: string][] =
    [
      [
        "when it was made from no Bun package",
        async () => [await bun(0, other), await bun(1, other), opencode],
        [],
        `made from ${target.bun.names[1]} it differs at byte ${UNUSED_BYTES - 1}`,
      ],
      [
        "when the Bun does not say its version",
        async () => [
          await makePackage(PACKAGE, sampleExecutable({ layout: "appended" }).file, "bin/opencode"),
        ],
        [],
        "does not say its version",
      ],
      ["when the package is not there", async () => [], [], `${PACKAGE}@1.0.0 is not in the npm registry`],
      [
        "when the origin has no such tag",
        async () => [],
        ["--git-url", join(PINS, "..", "none")],
        "cannot be asked for v1.0.0",
      ],
      ["of a branch", async () => [], ["--commit", "dev"], "must be a full commit"],
      ["of a target that is not built", async () => [], ["--target", "amiga"], "Allowed choices are"],
    ]
  test.each(refused)("%s", async (_title, packages, args, message) => {
    const { exitCode, stderr, out } = await pin(await packages(), args)
    expect(stderr).toContain(message)
    expect(exitCode).toBe(2)
    expect(await readdir(out).catch(() => [])).toEqual([])
  })
})
