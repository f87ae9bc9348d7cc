import { describe, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import {
  addModule,
  compareModules,
  type EmbeddedModule,
  type ModuleGraph,
  readModuleGraph,
  replaceModule,
} from "../../../scripts/container/index.ts"
import { NAMES } from "../../../scripts/contents/names.ts"
import { NO_POLICY } from "../../../scripts/contents/policy.ts"
import type { BuildRecord } from "../../../scripts/record/build-record.ts"
import {
  type Evidence,
  findFileDifferences,
  findGraphDifferences,
  findPinDifferences,
} from "../../../scripts/record/findings.ts"
import { makeBuildRecord } from "../../lib/build-record.ts"
import { sampleExecutable, sampleModule } from "../../lib/sample-executable.ts"
import { pin } from "../../lib/stock.ts"

const MAIN = "/$bunfs/root/main.js"
const WORKER = "/$bunfs/root/wörker.js"
const OFFLINE = "/$bunfs/root/offline/index.js"

const stock = readModuleGraph(sampleExecutable({ layout: "appended" }).file)
const code = Buffer.from("// @bun\n")
const policyModule = (text: string) => sampleModule({ name: NAMES.policy, contents: Buffer.from(text) })
const withoutPolicy = {
  ...addModule(replaceModule(stock, MAIN, code), sampleModule({ name: OFFLINE, contents: code })),
  argv: `--preload=${OFFLINE} ${stock.argv}`,
}
const built = addModule(withoutPolicy, policyModule(NO_POLICY))
const record = makeBuildRecord(stock, built)

const find = (change: Partial<Evidence>) =>
  findGraphDifferences({ record, built, stock, runtime: { equal: true }, ...change })
const findInBuilt = (change: Partial<ModuleGraph>) => find({ built: { ...built, ...change } })

/** The built graph's modules, with something else in one. */
const modulesWith = (name: string, change: Partial<EmbeddedModule>) =>
  built.modules.map((module) => (module.name === name ? { ...module, ...change } : module))

test("there is nothing to find in an executable that is as declared", () => {
  expect(find({})).toEqual([])
})

describe("finds a policy inside", () => {
  const policy = { mode: "always", allow: ["llm.corp"], locked: true } as const
  const withPolicy = addModule(withoutPolicy, policyModule(JSON.stringify(policy)))
  const declared = { ...makeBuildRecord(stock, withPolicy), policy: { ...policy, allow: ["llm.corp"] } }

  test("that is another than the declared one, is not declared, or is not there", () => {
    const findIn = (graph: ModuleGraph, said: BuildRecord) =>
      find({ built: graph, record: said }).filter((line) => line.startsWith("the policy inside"))
    expect(findIn(withPolicy, declared)).toEqual([])
    expect(findIn(withPolicy, { ...declared, policy: { ...declared.policy, locked: false } })).toHaveLength(1)
    expect(findIn(withPolicy, { ...declared, policy: undefined })).toHaveLength(1)
    expect(findIn(built, declared)).toHaveLength(1)
    expect(findIn(withoutPolicy, declared)).toHaveLength(1)
    expect(findIn(withoutPolicy, record)).toHaveLength(1)
  })
})

describe("finds in the runtime", () => {
  test("a difference from the Bun package", () => {
    expect(find({ runtime: { equal: false, firstDifference: 77 } })).toEqual([
      `the runtime differs from @oven/bun-sample@${pin.bun.version} at byte 77`,
      "the runtime equals the Bun package: found false, build.json says true",
    ])
  })

  test("another length, layout, entry or flags than upstream's", () => {
    expect(findInBuilt({ runtime: { ...stock.runtime, length: 4095 } })).toEqual([
      `length of the runtime: found 4095, build.json says ${stock.runtime.length}`,
    ])
    expect(findInBuilt({ runtime: { ...stock.runtime, layout: "elf-section" } })).toEqual([
      'layout: found "elf-section", upstream has "appended"',
    ])
    expect(findInBuilt({ entry: 1 })).toEqual([`entry: found "${WORKER}", upstream has "${MAIN}"`])
    expect(findInBuilt({ flags: 1 })).toEqual(["flags: found 1, upstream has 3"])
  })
})

describe("finds in the stored arguments", () => {
  test("anything but the one preload in front of upstream's", () => {
    const more = `--preload=${OFFLINE} --smol ${stock.argv}`
    expect(findInBuilt({ argv: more })).toEqual([
      `stored arguments: found "${more}", build.json says "${built.argv}"`,
      "the stored arguments are not one --preload in front of upstream's",
    ])
  })

  test("what build.json says too, when it is not what upstream's are", () => {
    const lying = { ...record, argv: { stock: "--smol --", built: "--smol --" } }
    expect(find({ record: lying, built: { ...built, argv: "--smol --" } })).toEqual([
      `stored arguments of upstream's executable: found "${stock.argv}", build.json says "--smol --"`,
      "the stored arguments are not one --preload in front of upstream's",
    ])
  })

  test("a preload of what was not added", () => {
    const argv = `--preload=${WORKER} ${stock.argv}`
    const lying = { ...record, argv: { ...record.argv, built: argv } }
    expect(find({ record: lying, built: { ...built, argv } })).toEqual([
      `${WORKER} is run first, but build.json does not declare it as added`,
    ])
  })
})

describe("finds in the modules", () => {
  test("a changed byte where nothing was to change", () => {
    const { contents } = built.modules.find(({ name }) => name === WORKER)!
    const modules = modulesWith(WORKER, { contents: Buffer.from(contents).fill("x", 3, 4) })
    expect(findInBuilt({ modules })).toEqual([
      `${WORKER} is changed, but build.json does not declare it so`,
      `build.json declares ${WORKER} as equal to upstream's, but it is not`,
      `${WORKER} differs from upstream's in more than its contents`,
    ])
  })

  test("other contents than declared in a changed or an added module", () => {
    const contents = Buffer.from("// @bum\n")
    for (const name of [MAIN, OFFLINE])
      expect(findInBuilt({ modules: modulesWith(name, { contents }) })).toEqual([
        `sha256 of ${name}: found "${sha256(contents)}", build.json says "${sha256(code)}"`,
      ])
  })

  test("a module that is gone, one that came, and one that came in another's place", () => {
    expect(findInBuilt({ modules: built.modules.filter(({ name }) => name !== WORKER) })).toEqual([
      `build.json declares ${WORKER} as equal to upstream's, but it is not`,
      `${WORKER} was removed`,
      "the modules are not upstream's, in upstream's order, and then the added ones",
    ])
    expect(findInBuilt({ modules: [...built.modules, sampleModule({ name: "more.js" })] })).toEqual([
      "more.js is added, but build.json does not declare it so",
    ])
    expect(findInBuilt({ entry: built.modules.length - 1, modules: built.modules.toReversed() })).toEqual([
      "the modules are not upstream's, in upstream's order, and then the added ones",
    ])
  })

  test("bytecode that would be run in place of the declared contents", () => {
    const bytecode = Buffer.from("evil")
    expect(findInBuilt({ modules: modulesWith(MAIN, { bytecode }) })).toEqual([
      `${MAIN} differs from upstream's in more than its contents`,
    ])
    expect(findInBuilt({ modules: modulesWith(OFFLINE, { bytecode }) })).toEqual([
      `${OFFLINE} was added with bytecode, module info or a source map`,
    ])
  })

  test("a module of another kind", () => {
    expect(findInBuilt({ modules: modulesWith(MAIN, { loader: 5 }) })).toEqual([
      `${MAIN} differs from upstream's in more than its contents`,
    ])
  })

  test("a record that declares less, or more, than there is", () => {
    const { added, changed } = record.modules
    const declaring = (modules: Partial<BuildRecord["modules"]>) =>
      find({ record: { ...record, modules: { ...record.modules, ...modules } } })
    expect(declaring({ changed: [] })).toEqual([`${MAIN} is changed, but build.json does not declare it so`])
    expect(declaring({ added: [...added, { name: "x", bytes: 1, sha256: sha256(code) }] })).toEqual([
      "build.json declares x as added, but it is not",
    ])
    expect(declaring({ added: [{ ...added[0]!, bytes: 9 }, ...added.slice(1)] })).toEqual([
      `length of ${OFFLINE}: found 8, build.json says 9`,
    ])
    const [first] = compareModules(stock, built).changed
    expect(declaring({ changed: [{ ...changed[0]!, stockSha256: sha256(code) }] })).toEqual([
      `upstream's sha256 of ${MAIN}: found "${first!.stockSha256}", build.json says "${sha256(code)}"`,
    ])
  })
})

test("finds a file of another length or hash", () => {
  expect(findFileDifferences("the file", code, { bytes: 8, sha256: sha256(code) })).toEqual([])
  expect(findFileDifferences("the file", code, { bytes: 9, sha256: sha256(MAIN) })).toEqual([
    "length of the file: found 8, build.json says 9",
    `sha256 of the file: found "${sha256(code)}", build.json says "${sha256(MAIN)}"`,
  ])
})

test("finds a record whose packages are not those of the pin", () => {
  const executable = { path: "bin/x", bytes: 1, sha512: "" }
  const pinned = {
    opencode: {
      name: record.stock.package,
      version: record.stock.version,
      integrity: record.stock.integrity,
      executable,
    },
    bun: { name: record.runtime.package, version: pin.bun.version, integrity: "sha512-other", executable },
  }
  const bun = `@oven/bun-sample@${pin.bun.version}`
  expect(findPinDifferences(record, pinned)).toEqual([
    `Bun package: found "${bun} sha512-sample", the pin says "${bun} sha512-other"`,
  ])
})

function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex")
}
