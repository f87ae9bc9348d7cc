import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { copyFile, mkdir, mkdtemp, open, readFile, rename, rm, truncate, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import {
  addModule,
  compareModules,
  type ModuleGraph,
  readModuleGraph,
  replaceModule,
  writeModuleGraph,
} from "../../../scripts/container/index.ts"
import { NAMES } from "../../../scripts/contents/names.ts"
import { NO_POLICY } from "../../../scripts/contents/policy.ts"
import { rootOf } from "../../../scripts/lib/npm/locked.ts"
import { run } from "../../../scripts/lib/process.ts"
import type { BuildRecord } from "../../../scripts/record/build-record.ts"
import { TARGETS } from "../../../scripts/upstream/target.ts"
import { makeBuildRecord } from "../../lib/build-record.ts"
import { builtExecutable } from "../../lib/built.ts"
import { sampleModule } from "../../lib/sample-executable.ts"
import { pin, pinned, stockBun, stockExecutable } from "../../lib/stock.ts"

const ROOT = join(import.meta.dirname, "../../..")
/** Upstream's entry, and a module that is not touched. */
let MAIN: string
let WASM: string
const OFFLINE = "/$bunfs/root/offline/index.js"

let folder: string
let executable: string
let record: BuildRecord

/** A small build of our own from the real release: one module changed, one added and preloaded. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "verify-"))
  executable = join(folder, "opencode")
  await stockBun()
  const stock = readModuleGraph(await readFile(await stockExecutable()))
  MAIN = stock.modules[stock.entry]!.name
  WASM = stock.modules.find(({ name }) => name.endsWith(".wasm"))!.name
  const code = Buffer.from("// @bun\n")
  const main = stock.modules.find(({ name }) => name === MAIN)!
  const edited = replaceModule(stock, MAIN, Buffer.concat([main.contents, code]))
  const policy = sampleModule({ name: NAMES.policy, contents: Buffer.from(NO_POLICY) })
  const built = {
    ...addModule(addModule(edited, sampleModule({ name: OFFLINE, contents: code })), policy),
    argv: `--preload=${OFFLINE} ${stock.argv}`,
  }
  const { opencode, bun } = pinned
  record = makeBuildRecord(stock, built, { stock: opencode, runtime: bun })
  await writeGraph(executable, built)
  await writeRecord(record)
})
afterAll(() => rm(folder, { recursive: true }))

test("an executable that is what build.json says is fine, and what differs from upstream's is listed", async () => {
  const { exitCode, stdout, stderr } = await verify(executable)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
  expect(stdout).toContain(`equal to ${pinned.bun.name}@${pinned.bun.version}, byte for byte`)
  expect(stdout).toContain(
    `${record.modules.unchanged.length} equal those of ${pinned.opencode.name}@${pin.version}`,
  )
  expect(stdout).toContain(`changed:   ${MAIN}`)
  expect(stdout).toContain(`added:     ${OFFLINE}`)
})

describe("one byte changed is found", () => {
  /** Where the graph's offsets are, 32 bytes ahead of what ends it; the stored arguments end there. */
  const numbersAt = async () => (await readFile(executable)).lastIndexOf("\n---- Bun! ----\n") - 32

  const find = async (...places: number[]) => {
    const restore: (() => Promise<void>)[] = []
    for (const at of places) restore.push(await flipByte(executable, at))
    const { exitCode, stdout } = await verify("--json", executable)
    for (const back of restore) await back()
    const { ok, findings } = JSON.parse(stdout)
    expect({ exitCode, ok }).toEqual({ exitCode: 1, ok: false })
    expect(findings.shift()).toMatch(
      /^sha256 of the file: found "[0-9a-f]{64}", build.json says "[0-9a-f]{64}"$/,
    )
    return findings as string[]
  }

  /** What is found when there is one in each of these places: each finding is of one of them. */
  let found: string[]
  beforeAll(async () => {
    const inModule = (name: string) => placeOf((graph) => contentsOf(graph, name))
    found = await find(
      50_000_000,
      inModule(WASM) + 1000,
      ...[MAIN, OFFLINE].map((name) => inModule(name) + 2),
      (await numbersAt()) - 5,
    )
  })
  const of = (words: string) => found.filter((line) => line.includes(words))

  test("in the runtime", () => {
    expect(of("the runtime")).toEqual([
      `the runtime differs from ${pinned.bun.name}@${pinned.bun.version} at byte 50000000`,
      "the runtime equals the Bun package: found false, build.json says true",
    ])
  })

  test("in a module that was not to change", () => {
    expect(of(WASM)).toEqual([
      `${WASM} is changed, but build.json does not declare it so`,
      `build.json declares ${WASM} as equal to upstream's, but it is not`,
    ])
  })

  test("in a module that was to change, and in the added one", () => {
    for (const name of [MAIN, OFFLINE]) expect(of(`sha256 of ${name}: found`)).toHaveLength(1)
  })

  test("in the stored arguments", () => {
    const [first, ...others] = of("stored arguments")
    expect(first).toStartWith('stored arguments: found "--preload=/$bunfs/root/offline/index.js --user-agent')
    expect(others).toEqual(["the stored arguments are not one --preload in front of upstream's"])
  })

  test("and nothing else is", () => {
    expect(found).toHaveLength(8)
  })

  test("in the graph's own numbers", async () => {
    const findings = await find(await numbersAt())
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatch(/^The executable's module graph is not recognised: .+: it must be/)
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
  expect(stdout).toContain("module graph is not recognised: ")
})

describe("a build.json that does not tell the truth", () => {
  const { name, version, integrity } = rootOf(pin.plugin!)

  /** What is found of a record that is wrong about all of these: each finding is of one of them. */
  let found: string[]
  beforeAll(async () => {
    const { bytes, sha256 } = record.modules.added[0]!
    const inside = { package: name, version, integrity, contains: [], module: OFFLINE, bytes, sha256 }
    const wrong = [
      { sha256: "0".repeat(64) },
      { bytes: 1 },
      { module: "/none" },
      { integrity: "sha512-other" },
    ]
    await writeRecord({
      ...record,
      stock: { ...record.stock, integrity: "sha512-other", sha256: "0".repeat(64) },
      packages: [inside, ...wrong.map((change) => ({ ...inside, ...change }))],
    })
    const { exitCode, stdout } = await verify("--json", executable)
    await writeRecord(record)
    expect(exitCode).toBe(1)
    found = JSON.parse(stdout).findings
  })

  test("about what it was made from is found", () => {
    const text = found.join("\n")
    expect(text).toMatch(/stock package: found ".*sha512-other", the pin says/)
    expect(text).toContain(`${pinned.opencode.name}@${pin.version} ${pinned.opencode.integrity}`)
    expect(text).toMatch(/sha256 of upstream's file: found ".*", build.json says "0000/)
  })

  test("about the packages inside is found", () => {
    const { bytes } = record.modules.added[0]!
    const text = found.join("\n")
    expect(text).toContain(`sha256 of the package in ${OFFLINE}: found`)
    expect(text).toContain(`length of the package in ${OFFLINE}: found ${bytes}`)
    expect(text).toContain("sha256 of the package in /none: found undefined")
    expect(text).toContain(`integrity of ${name}@${version}: found "sha512-other"`)
    // Nothing of the one that is as it is said.
    expect(found.filter((line) => /of the package in|^integrity of/.test(line))).toHaveLength(5)
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
    const other = TARGETS.find(({ name }) => !pin.targets[name])!.name
    expect(await stops({ target: other })).toContain(`has no target "${other}"`)
    expect(await stops({ source: "git" })).toContain("git: must be there when the source is git")
    expect(await stops({ format: 1 })).toMatch(/not a record of a build\n {2}why: {2}format: .*expected 3\n/)
    expect(await stops({ more: 1 })).toContain('Unrecognized key: "more"')
  })
})

describe("made again from this checkout", () => {
  const release = dirname(builtExecutable())

  test("a release is what this checkout makes, also where its record lies elsewhere, as in a kit that is installed", async () => {
    const { record, executable } = await copyRelease("installed")
    const elsewhere = join(folder, "elsewhere.json")
    await rename(record, elsewhere)
    const { exitCode, stdout } = await verifyWhole("--record", elsewhere, executable)
    expect(stdout).toContain("✔")
    expect(stdout).toContain("is what this checkout makes, and what build.json says")
    expect(stdout).toContain("policy none: not compared")
    expect(exitCode).toBe(0)
  })

  test("a guard from which an interception was taken, in a record that says so, is found, but not by the record alone; and so is another policy than must be inside", async () => {
    const { record, executable } = await copyRelease("forged")
    await forge({ record, executable }, NAMES.guard, (text) =>
      text.replace(/^\s*interceptFetch\(.*\);?$/m, ""),
    )
    const quick = await verifyWhole("--record-only", executable)
    expect(quick.exitCode).toBe(0)
    expect(quick.stdout).toContain("that this project's code is inside is not shown")
    const policy = join(folder, "policy.json")
    await writeFile(policy, JSON.stringify({ mode: "always", allow: [], locked: true }))
    const { exitCode, stdout } = await verifyWhole("--json", "--policy", policy, executable)
    const { findings } = JSON.parse(stdout)
    expect(exitCode).toBe(1)
    for (const name of [NAMES.guard, NAMES.policy])
      expect(findings).toContain(`${name} is not what this checkout makes`)
    expect(findings).toContainEqual(
      expect.stringMatching(/^build.json's modules is not what this checkout writes/),
    )
  })

  async function copyRelease(name: string) {
    const copy = await newFolder(name)
    const files = { record: join(copy, "build.json"), executable: join(copy, "opencode") }
    await copyFile(join(release, "build.json"), files.record)
    await copyFile(builtExecutable(), files.executable)
    return files
  }

  /** Changes a module, and has the record tell of it what is true. */
  async function forge(
    files: { record: string; executable: string },
    name: string,
    change: (text: string) => string,
  ): Promise<void> {
    const graph = readModuleGraph(await readFile(files.executable))
    const text = Buffer.from(contentsOf(graph, name)).toString("latin1")
    expect(change(text)).not.toBe(text)
    await rm(files.executable)
    await writeGraph(files.executable, replaceModule(graph, name, Buffer.from(change(text), "latin1")))
    const said: BuildRecord = JSON.parse(await readFile(files.record, "utf8"))
    const [file, stock] = [await readFile(files.executable), await readFile(await stockExecutable())]
    const { added, changed, unchanged } = compareModules(readModuleGraph(stock), readModuleGraph(file))
    said.modules = { added, changed, unchanged }
    said.executable = { ...said.executable, bytes: file.length, sha256: hashOf(file) }
    await writeFile(files.record, JSON.stringify(said))
  }
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

/** The quick one: what is checked here, no checkout makes. */
function verify(...args: string[]) {
  return verifyWhole("--record-only", ...args)
}

function verifyWhole(...args: string[]) {
  return run(process.execPath, ["scripts/commands/verify.ts", ...args], { cwd: ROOT, env: process.env })
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
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
