import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { copyFile, mkdir, mkdtemp, open, readFile, rm, truncate, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  addModule,
  type ModuleGraph,
  readModuleGraph,
  replaceModule,
  writeModuleGraph,
} from "../../../scripts/container/index.ts"
import { rootOf } from "../../../scripts/lib/npm/locked.ts"
import { run } from "../../../scripts/lib/process.ts"
import { readPin } from "../../../scripts/pins/pin.ts"
import type { BuildRecord } from "../../../scripts/record/build-record.ts"
import { makeBuildRecord } from "../../lib/build-record.ts"
import { copyProject, type Project } from "../../lib/project.ts"
import { sampleModule } from "../../lib/sample-executable.ts"
import { stockBun, stockExecutable, stockPackages } from "../../lib/stock.ts"

const ROOT = join(import.meta.dirname, "../../..")
const MAIN = "/$bunfs/root/src/index.js"
const WASM = "/$bunfs/root/tree-sitter-3jzf13jk.wasm"
const OFFLINE = "/$bunfs/root/offline/index.js"

let folder: string
let executable: string
let record: BuildRecord

/** A small build of our own from the real release: one module changed, one added and preloaded. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "verify-"))
  executable = join(folder, "opencode")
  await stockBun()
  const stock = readModuleGraph(await readFile(await stockExecutable("1.3.0")))
  const code = Buffer.from("// @bun\n")
  const main = stock.modules.find(({ name }) => name === MAIN)!
  const edited = replaceModule(stock, MAIN, Buffer.concat([main.contents, code]))
  const built = {
    ...addModule(edited, sampleModule({ name: OFFLINE, contents: code })),
    argv: `--preload=${OFFLINE} ${stock.argv}`,
  }
  const { opencode, bun } = (await readPin("1.3.0")).targets["linux-x64"]!
  record = makeBuildRecord(stock, built, { stock: opencode, runtime: bun })
  await writeGraph(executable, built)
  await writeRecord(record)
})
afterAll(() => rm(folder, { recursive: true }))

test("an executable that is what build.json says is fine, and what differs from upstream's is listed", async () => {
  const { exitCode, stdout, stderr } = await verify(executable)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
  expect(stdout).toContain("equals @oven/bun-linux-x64-baseline@1.3.10, byte for byte")
  expect(stdout).toContain("18 equal those of opencode-linux-x64@1.3.0")
  expect(stdout).toContain(`changed:   ${MAIN}`)
  expect(stdout).toContain(`added:     ${OFFLINE}`)
})

describe("one byte changed is found", () => {
  const find = async (at: number) => {
    const restore = await flipByte(executable, at)
    const { exitCode, stdout } = await verify("--json", executable)
    await restore()
    const { ok, findings } = JSON.parse(stdout)
    expect({ exitCode, ok }).toEqual({ exitCode: 1, ok: false })
    expect(findings.shift()).toMatch(
      /^sha256 of the file: found "[0-9a-f]{64}", build.json says "[0-9a-f]{64}"$/,
    )
    return findings as string[]
  }

  test("in the runtime", async () => {
    expect(await find(50_000_000)).toEqual([
      "the runtime differs from @oven/bun-linux-x64-baseline@1.3.10 at byte 50000000",
      "the runtime equals the Bun package: found false, build.json says true",
    ])
  })

  test("in a module that was not to change", async () => {
    expect(await find(placeOf((graph) => contentsOf(graph, WASM)) + 1000)).toEqual([
      `${WASM} is changed, but build.json does not declare it so`,
      `build.json declares ${WASM} as equal to upstream's, but it is not`,
    ])
  })

  test("in a module that was to change, and in the added one", async () => {
    for (const name of [MAIN, OFFLINE]) {
      const findings = await find(placeOf((graph) => contentsOf(graph, name)) + 2)
      expect(findings).toHaveLength(1)
      expect(findings[0]).toStartWith(`sha256 of ${name}: found`)
    }
  })

  test("in the stored arguments", async () => {
    const [first, ...others] = await find(record.executable.bytes - 8 - 16 - 32 - 5)
    expect(first).toStartWith('stored arguments: found "--preload=/$bunfs/root/offline/index.js --user-agent')
    expect(others).toEqual(["the stored arguments are not one --preload in front of upstream's"])
  })

  test("in the graph's own numbers", async () => {
    const findings = await find(record.executable.bytes - 8 - 16 - 32)
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatch(/^The executable's module graph is not recognised: .+: it must be/)
  })
})

describe("an executable whose graph is in an ELF section", () => {
  const VERSION = "1.18.34"
  let project: Project
  let built: ModuleGraph

  /** Verified against a pin of that release, in a copy of this project. */
  beforeAll(async () => {
    const packages = await stockPackages(VERSION)
    const stock = readModuleGraph(await readFile(await stockExecutable(VERSION)))
    await stockBun(VERSION)
    const code = sampleModule({ name: OFFLINE, contents: Buffer.alloc(3_000_000, "// @bun\n") })
    built = { ...addModule(stock, code), argv: `--preload=${OFFLINE} ${stock.argv}` }
    const own = await newFolder(VERSION)
    await writeGraph(join(own, "opencode"), built)
    const record = makeBuildRecord(stock, built, { stock: packages.opencode, runtime: packages.bun })
    await writeFile(join(own, "build.json"), JSON.stringify({ ...record, opencode: VERSION }))
    project = await copyProject()
    const bun = { version: packages.bun.version }
    const pin = { ...(await readPin("1.3.0")), version: VERSION, bun, targets: { [record.target]: packages } }
    await writeFile(join(project.folder, `pins/${VERSION}.json`), JSON.stringify(pin))
  })
  afterAll(() => project.remove())

  const verifyThere = () =>
    run(process.execPath, ["scripts/commands/verify.ts", join(folder, VERSION, "opencode")], {
      cwd: project.folder,
      env: process.env,
    })

  test("is fine when it has grown", async () => {
    const { exitCode, stdout, stderr } = await verifyThere()
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
    expect(stdout).toContain("equals @oven/bun-linux-x64-baseline@1.3.14, byte for byte")
    expect(stdout).toContain(`1318 equal those of opencode-linux-x64@${VERSION}`)
  })

  test("is not when a byte of the runtime differs, ahead of the graph or behind it", async () => {
    const { end, file } = readModuleGraph(Bun.mmap(join(folder, VERSION, "opencode"))).runtime
    for (const at of [50_000_000, file.length - 5000]) {
      expect(at < built.runtime.start || at > end).toBe(true)
      const restore = await flipByte(join(folder, VERSION, "opencode"), at)
      const { exitCode, stdout } = await verifyThere()
      await restore()
      expect(exitCode).toBe(1)
      expect(stdout).toContain(`the runtime differs from @oven/bun-linux-x64-baseline@1.3.14 at byte ${at}\n`)
    }
  })
})

test("a file that is cut off is found, in lines that can be read", async () => {
  const cut = await newFolder("cut")
  await copyFile(executable, join(cut, "opencode"))
  await copyFile(join(folder, "build.json"), join(cut, "build.json"))
  await truncate(join(cut, "opencode"), 120_000_000)
  const { exitCode, stdout, stderr } = await verify(join(cut, "opencode"))
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" })
  expect(stdout).toMatch(/✖ .*opencode is not what build.json says\n {2}length of the file: found 120000000,/)
  expect(stdout).toContain("module graph is not recognised: the trailer is")
})

describe("a build.json that does not tell the truth", () => {
  test("about what it was made from is found", async () => {
    await writeRecord({
      ...record,
      stock: { ...record.stock, integrity: "sha512-other", sha256: "0".repeat(64) },
    })
    const { exitCode, stdout } = await verify(executable)
    await writeRecord(record)
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(
      /stock package: found ".*sha512-other", the pin says "opencode-linux-x64@1.3.0 sha512-/,
    )
    expect(stdout).toMatch(/sha256 of upstream's file: found ".*", build.json says "0000/)
  })

  test("about the packages inside is found", async () => {
    const { name, version, integrity } = rootOf((await readPin("1.3.0")).plugin)
    const { bytes, sha256 } = record.modules.added[0]!
    const inside = { package: name, version, integrity, contains: [], module: OFFLINE, bytes, sha256 }
    const find = async (change: Partial<typeof inside>) => {
      await writeRecord({ ...record, packages: [{ ...inside, ...change }] })
      const { stdout } = await verify("--json", executable)
      await writeRecord(record)
      return JSON.parse(stdout).findings.join("\n")
    }
    expect(await find({})).toBe("")
    expect(await find({ sha256: "0".repeat(64) })).toContain(`sha256 of the package in ${OFFLINE}: found`)
    expect(await find({ bytes: 1 })).toContain(`length of the package in ${OFFLINE}: found ${bytes}`)
    expect(await find({ module: "/none" })).toContain("sha256 of the package in /none: found undefined")
    expect(await find({ integrity: "sha512-other" })).toContain(
      `integrity of ${name}@${version}: found "sha512-other"`,
    )
  })

  test("about its pin, target or form stops with 2 and says what to do", async () => {
    const stops = async (change: object) => {
      await writeRecord({ ...record, ...change })
      const { exitCode, stdout, stderr } = await verify(executable)
      await writeRecord(record)
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" })
      expect(stderr).toMatch(/\n {2}why: .+\n {2}next: .+/)
      return stderr
    }
    expect(await stops({ opencode: "0.0.1" })).toContain('no pin named "0.0.1"')
    expect(await stops({ target: "linux-arm64" })).toContain("target linux-arm64; the pin has linux-x64,")
    expect(await stops({ source: "git" })).toContain("git: must be there when the source is git")
    expect(await stops({ format: 2 })).toMatch(/not a record of a build\n {2}why: {2}format: .*expected 1\n/)
    expect(await stops({ more: 1 })).toContain('Unrecognized key: "more"')
  })
})

test("what cannot be checked stops with 2", async () => {
  const empty = await newFolder("empty")
  expect(await verify(join(empty, "opencode"))).toMatchObject({ exitCode: 2, stdout: "" })
  await writeFile(join(empty, "opencode"), "")
  const { exitCode, stderr } = await verify(join(empty, "opencode"))
  expect(exitCode).toBe(2)
  expect(stderr).toContain("build.json is not a record of a build")
  await writeFile(join(empty, "build.json"), "{")
  expect((await verify(join(empty, "opencode"))).stderr).toContain("not JSON: ")
  expect(await verify()).toMatchObject({ exitCode: 2, stdout: "" })
  expect(await verify("--help")).toMatchObject({ exitCode: 0, stderr: "" })
})

function verify(...args: string[]) {
  return run(process.execPath, ["scripts/commands/verify.ts", ...args], { cwd: ROOT, env: process.env })
}

async function newFolder(name: string): Promise<string> {
  await mkdir(join(folder, name))
  return join(folder, name)
}

function writeRecord(value: object): Promise<void> {
  return writeFile(join(folder, "build.json"), JSON.stringify(value))
}

async function writeGraph(path: string, graph: ModuleGraph): Promise<void> {
  const file = await open(path, "wx")
  for (const piece of writeModuleGraph(graph)) await file.writeFile(piece)
  await file.close()
}

/** @returns what puts the byte back */
async function flipByte(path: string, at: number): Promise<() => Promise<void>> {
  const file = await open(path, "r+")
  const byte = new Uint8Array(1)
  await file.read(byte, 0, 1, at)
  await file.write(new Uint8Array([byte[0]! ^ 1]), 0, 1, at)
  return async () => {
    await file.write(byte, 0, 1, at)
    await file.close()
  }
}

/** Where in the file something that the graph gives a view of is. */
function placeOf(view: (graph: ModuleGraph) => Uint8Array): number {
  const graph = readModuleGraph(Bun.mmap(executable))
  return view(graph).byteOffset - graph.runtime.file.byteOffset
}

function contentsOf(graph: ModuleGraph, name: string): Uint8Array {
  return graph.modules.find((module) => module.name === name)!.contents
}
