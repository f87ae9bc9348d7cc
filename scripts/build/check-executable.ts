import { compareModules, type GraphDifference, readModuleGraph } from "../container/index.ts"
import type { EmbeddedModels } from "../contents/models.ts"
import { NAMES } from "../contents/names.ts"
import type { EmbeddedPackage } from "../contents/packages.ts"
import type { EmbeddedPolicy } from "../contents/policy.ts"
import { Failure } from "../lib/errors.ts"
import type { Step } from "../lib/log.ts"
import type { AppliedPatch } from "../patching/apply.ts"
import type { BuildRecord } from "../record/build-record.ts"
import { digestFiles, readToolVersions } from "../record/inputs.ts"
import { measureParts } from "../record/sizes.ts"
import { bundleNames } from "../upstream/release-source.ts"
import type { Built } from "./assemble-executable.ts"
import { type Carried, type Embedded, modulesOf, namesByPart } from "./embed-contents.ts"
import type { BuildOptions } from "./options.ts"
import type { Stock } from "./read-stock.ts"

/** All that one build was made of. */
export interface Build {
  stock: Stock
  applied: AppliedPatch[]
  embedded: Embedded
  built: Built
}

/**
 * Reads the written executable back from disk and compares it with upstream's, so that the record says what is in
 * the file and not what was meant to be.
 * @returns the record that becomes `build.json`; it holds no date and no path, so that equal builds have equal records
 * @throws Failure when other modules differ than those that the build changes
 */
export async function checkExecutable(build: Build, options: BuildOptions, step: Step): Promise<BuildRecord> {
  const { stock, embedded, built, applied } = build
  const { pin, target } = stock.inputs
  const graph = readModuleGraph(Bun.mmap(built.staging.executable))
  const difference = compareModules(stock.graph, graph)
  requireIntended(difference, stock, embedded)
  const { added, changed, unchanged } = difference
  step.result(
    `${added.length} modules added, ${changed.length} changed, ${unchanged.length} equal upstream's`,
  )
  return {
    format: 1,
    opencode: pin.version,
    target: options.target,
    source: options.source,
    executable: { file: "opencode", bytes: built.bytes, sha256: built.sha256 },
    stock: { ...namePackage(target.opencode), bytes: stock.bytes, sha256: stock.sha256 },
    runtime: { ...namePackage(target.bun), bytes: stock.graph.runtime.length, ...stock.runtime },
    sizes: measureParts(graph, built.bytes, namesByPart(embedded)),
    argv: { stock: stock.graph.argv, built: graph.argv },
    modules: { added, changed, unchanged },
    patches: applied.map(({ name, subject, kind, counts }) => ({ name, subject, kind, counts })),
    inputs: await digestFiles(pin.version, options),
    tools: await readToolVersions(),
    webUi: { ...namePackage(pin.webUi), files: embedded.webUi.files, bytes: embedded.webUi.pack.length },
    ...describeCarriedModules(embedded, added),
  }
}

/**
 * The parts of a record that say what is carried.
 * @param added the modules that were added, as they were read back
 */
export function describeCarriedModules(
  { models, assets, packages, policy }: Carried,
  added: GraphDifference["added"],
): Pick<BuildRecord, "models" | "assets" | "packages" | "policy"> {
  return {
    models: modelsOf(models, added),
    assets: assets.list.map(({ name, part, bytes, sha256, module, stored }) => {
      return { name, part, bytes, sha256, module, storedBytes: stored.length }
    }),
    packages: packages.packages.map((item) => packageOf(item, added)),
    ...(policy && { policy: policyOf(policy) }),
  }
}

export function namePackage({
  name,
  version,
  integrity,
}: {
  name: string
  version: string
  integrity: string
}) {
  return { package: name, version, integrity }
}

function modelsOf(models: EmbeddedModels, added: GraphDifference["added"]): BuildRecord["models"] {
  const { bytes, sha256 } = added.find(({ name }) => name === NAMES.catalogue)!
  return { from: models.from, providers: models.providers, bytes, sha256 }
}

function packageOf(
  { root, packages, module }: EmbeddedPackage,
  added: GraphDifference["added"],
): BuildRecord["packages"][number] {
  return {
    ...namePackage(root),
    module: module.name,
    bytes: module.bytes.length,
    sha256: added.find(({ name }) => name === module.name)!.sha256,
    contains: packages.map(({ license, ...item }) => ({ ...namePackage(item), license })),
  }
}

function policyOf({ mode, allow, locked }: EmbeddedPolicy): BuildRecord["policy"] {
  return { mode, allow, locked }
}

function requireIntended(difference: GraphDifference, { graph }: Stock, embedded: Embedded): void {
  const added = modulesOf(embedded).map(({ name }) => name)
  const bundles = new Set(Object.values(bundleNames(graph)))
  const changed = graph.modules.map(({ name }) => name).filter((name) => bundles.has(name))
  const intended = { added, changed, removed: [] }
  const found = {
    added: difference.added.map(({ name }) => name),
    changed: difference.changed.map(({ name }) => name),
    removed: difference.removed,
  }
  if (Bun.deepEquals(found, intended)) return
  throw new Failure({
    what: "The written executable differs from upstream's in other modules than it should",
    why: `it should be ${JSON.stringify(intended)} and is ${JSON.stringify(found)}`,
    next: "this is a defect of the build: keep the folder, and report it with the output of npm run build -- --json",
  })
}
