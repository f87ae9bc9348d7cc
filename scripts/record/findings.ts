import { createHash } from "node:crypto"
import {
  compareModules,
  differsInContentsOnly,
  type GraphDifference,
  hasDerivedParts,
  type ModuleDigest,
  type ModuleGraph,
  type Reconstruction,
} from "../container/index.ts"
import { namesIn } from "../contents/names.ts"
import { NO_POLICY } from "../contents/policy.ts"
import { type LockedTree, packagesOf } from "../lib/npm/locked.ts"
import type { PinnedPackage } from "../lib/npm/pinned.ts"
import type { BuildRecord } from "./build-record.ts"

/** Two executables taken apart, and what is said of them. */
export interface Evidence {
  record: BuildRecord
  built: ModuleGraph
  stock: ModuleGraph
  /** Of the built executable from the stock Bun. */
  runtime: Reconstruction
}

/** What of the record is not what the pin says; a line each. */
export function findPinDifferences(
  record: BuildRecord,
  pinned: { opencode: PinnedPackage; bun: PinnedPackage },
): string[] {
  return [
    ...differs("stock package", describe(record.stock), describe(pinned.opencode), "the pin says"),
    ...differs("Bun package", describe(record.runtime), describe(pinned.bun), "the pin says"),
  ]
}

/** Which of the packages inside are pinned with another hash; a line each. */
export function findPackageDifferences({ packages }: BuildRecord, trees: LockedTree[]): string[] {
  const pinned = new Map(
    trees.flatMap(packagesOf).map((item) => [`${item.name}@${item.version}`, item.integrity]),
  )
  return packages
    .flatMap(({ contains, ...root }) => [root, ...contains])
    .flatMap(({ package: name, version, integrity }) => {
      const known = pinned.get(`${name}@${version}`) ?? integrity
      return differs(`integrity of ${name}@${version}`, integrity, known, "the pin says")
    })
}

/** What of a whole file is not what the record says. */
export function findFileDifferences(
  name: string,
  bytes: Uint8Array,
  recorded: { bytes: number; sha256: string },
): string[] {
  return [
    ...differs(`length of ${name}`, bytes.length, recorded.bytes),
    ...differs(`sha256 of ${name}`, sha256(bytes), recorded.sha256),
  ]
}

/**
 * What of the executable is neither upstream's nor declared in the record, and what is declared but not there. One from
 * the git source was compiled anew: there, only the runtime and what is declared can be compared.
 */
export function findGraphDifferences(evidence: Evidence): string[] {
  const difference = compareModules(evidence.stock, evidence.built)
  return [
    ...findInRuntime(evidence),
    ...findInArguments(evidence),
    ...findInModules(difference, evidence.record),
    ...findInPolicy(evidence),
    ...findInPackages(difference, evidence.record),
    ...(evidence.record.source === "release" ? findInRelease(difference, evidence) : []),
  ]
}

function findInRuntime({ record, runtime, built }: Evidence): string[] {
  const { package: name, version } = record.runtime
  const found = runtime.equal
    ? []
    : [`the runtime differs from ${name}@${version} at byte ${runtime.firstDifference}`]
  return [
    ...found,
    ...differs("the runtime equals the Bun package", runtime.equal, record.runtime.equal),
    ...findInSignature(record, runtime, built),
    ...differs("length of the runtime", built.runtime.length, record.runtime.bytes),
  ]
}

/** Ours is made again like all else; the one of `--sign-command` is known by the sum of the file alone. */
function findInSignature({ signature }: BuildRecord, runtime: Reconstruction, built: ModuleGraph): string[] {
  if (!built.runtime.signature) return []
  const found = differs("signature", built.runtime.signature.kind, signature?.built)
  const isOwn = signature?.built !== "certificate"
  return isOwn && runtime.apartFromSignature
    ? [...found, "its signature or checksum is not the build's own"]
    : found
}

function findInArguments({ record, built, stock }: Evidence): string[] {
  const found = [
    ...differs("stored arguments", built.argv, record.argv.built),
    ...differs("stored arguments of upstream's executable", stock.argv, record.argv.stock),
  ]
  const [, preloaded, rest] = built.argv.match(/^--preload=(\S+) (.*)$/s) ?? []
  if (record.source === "release" && rest !== stock.argv)
    return [...found, "the stored arguments are not one --preload in front of upstream's"]
  if (record.modules.added.some(({ name }) => name === preloaded)) return found
  return [...found, `${preloaded} is run first, but build.json does not declare it as added`]
}

function findInModules(difference: GraphDifference, { modules }: BuildRecord): string[] {
  return [
    ...findUndeclared("added", difference.added, modules.added),
    ...findUndeclared("changed", difference.changed, modules.changed),
    ...findUndeclared("equal to upstream's", difference.unchanged, modules.unchanged),
  ]
}

function findInPolicy({ record, built }: Evidence): string[] {
  const module = built.modules.find(({ name }) => name === namesIn(built).policy)
  const found = module && Buffer.from(module.contents).toString()
  return differs("the policy inside", found, record.policy ? JSON.stringify(record.policy) : NO_POLICY)
}

function findInPackages({ added }: GraphDifference, { packages }: BuildRecord): string[] {
  return packages.flatMap(({ module, bytes, sha256 }) => {
    const found = added.find(({ name }) => name === module)
    return [
      ...differs(`sha256 of the package in ${module}`, found?.sha256, sha256),
      ...differs(`length of the package in ${module}`, found?.bytes, bytes),
    ]
  })
}

function findUndeclared(state: string, found: Digest[], declared: Digest[]): string[] {
  const declaredNames = new Map(declared.map((module) => [module.name, module]))
  const foundNames = new Set(found.map(({ name }) => name))
  const lines = found.flatMap((module) => {
    const declaration = declaredNames.get(module.name)
    if (!declaration) return [`${module.name} is ${state}, but build.json does not declare it so`]
    return [
      ...differs(`sha256 of ${module.name}`, module.sha256, declaration.sha256),
      ...differs(`length of ${module.name}`, module.bytes, declaration.bytes),
      ...differs(`upstream's sha256 of ${module.name}`, module.stockSha256, declaration.stockSha256),
    ]
  })
  const missing = declared.filter(({ name }) => !foundNames.has(name))
  return [...lines, ...missing.map(({ name }) => `build.json declares ${name} as ${state}, but it is not`)]
}

/** What is stored beside the modules' contents, and their order. */
function findInRelease({ added, changed, removed }: GraphDifference, { stock, built }: Evidence): string[] {
  const before = new Map(stock.modules.map((module) => [module.name, module]))
  const after = new Map(built.modules.map((module) => [module.name, module]))
  const more = changed.filter(({ name }) => !differsInContentsOnly(before.get(name)!, after.get(name)!))
  const derived = added.filter(({ name }) => hasDerivedParts(after.get(name)!))
  const lines = [
    ...removed.map((name) => `${name} was removed`),
    ...differs("layout", built.runtime.layout, stock.runtime.layout, UPSTREAM),
    ...differs("flags", built.flags, stock.flags, UPSTREAM),
    ...differs("entry", built.modules[built.entry]!.name, stock.modules[stock.entry]!.name, UPSTREAM),
    ...more.map(({ name }) => `${name} differs from upstream's in more than its contents`),
    ...derived.map(({ name }) => `${name} was added with bytecode, module info or a source map`),
  ]
  const inOrder = stock.modules.every(({ name }, index) => name === built.modules[index]?.name)
  return inOrder
    ? lines
    : [...lines, "the modules are not upstream's, in upstream's order, and then the added ones"]
}

type Digest = ModuleDigest & { stockSha256?: string }

const UPSTREAM = "upstream has"

function differs(what: string, found: unknown, expected: unknown, whose = "build.json says"): string[] {
  if (found === expected) return []
  return [`${what}: found ${JSON.stringify(found)}, ${whose} ${JSON.stringify(expected)}`]
}

function describe(npm: { name?: string; package?: string; version: string; integrity: string }): string {
  return `${npm.name ?? npm.package}@${npm.version} ${npm.integrity}`
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
