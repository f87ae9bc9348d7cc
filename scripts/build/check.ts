import { basename } from "node:path"
import type { ModuleNames } from "../../offline/modules.ts"
import { compareModules, type GraphDifference, readModuleGraph } from "../container/index.ts"
import { CONFIGURATION_PATCH, type EmbeddedConfiguration } from "../contents/configuration.ts"
import type { EmbeddedModels } from "../contents/models.ts"
import type { EmbeddedPackage } from "../contents/packages.ts"
import { Failure } from "../lib/errors.ts"
import type { Step } from "../lib/log.ts"
import type { Pin } from "../pins/pin.ts"
import { type BuildRecord, namePackage } from "../record/build-record.ts"
import { measureParts } from "../record/sizes.ts"
import type { Inputs } from "./acquire-inputs.ts"
import { addedModules, type Built } from "./assemble.ts"
import type { Code } from "./code.ts"
import { type Contents, namesByPart } from "./contents.ts"
import type { BuildOptions } from "./options.ts"
import type { Own } from "./own.ts"
import type { Stock } from "./read-stock.ts"

/** All that one build was made of. */
export interface Build {
  pin: Pin
  inputs: Inputs
  stock: Stock
  code: Code
  contents: Contents
  own: Own
  built: Built
}

/**
 * Reads the written executable back from disk and compares it with what it was made from, so that the record says what is
 * in the file and not what was meant to be.
 * @returns the record that becomes `build.json`; it holds no date and no path, so that equal builds have equal records
 * @throws Failure when other modules differ than those that the build changes, or what its source promises does not hold
 */
export async function checkExecutable(
  { pin, inputs, stock, code, contents, own, built }: Build,
  options: BuildOptions,
  step: Step,
): Promise<BuildRecord> {
  const graph = readModuleGraph(Bun.mmap(built.staging.executable))
  const difference = compareModules(code.base, graph)
  requireIntended(difference, code, contents)
  requireRead(code, contents)
  const ofSource = code.describe(graph)
  const { added, changed, unchanged } =
    code.base === stock.graph ? difference : compareModules(stock.graph, graph)
  step.result(
    `${added.length} modules added, ${changed.length} changed, ${unchanged.length} equal upstream's`,
  )
  return {
    format: 3,
    opencode: pin.version,
    product: pin.product,
    target: options.target,
    source: options.source,
    ...(code.git && { git: code.git }),
    executable: { file: basename(built.staging.executable), bytes: built.bytes, sha256: built.sha256 },
    stock: { ...namePackage(inputs.pinned.opencode), bytes: stock.bytes, sha256: await stock.sha256 },
    runtime: { ...namePackage(inputs.pinned.bun), bytes: graph.runtime.length, ...code.runtime },
    ...(graph.runtime.signature && {
      signature: { stock: stock.graph.runtime.signature!.kind, built: graph.runtime.signature.kind },
    }),
    sizes: measureParts(graph, built.bytes, { ...code.parts, ...namesByPart(contents) }),
    argv: { stock: stock.graph.argv, built: graph.argv },
    modules: { added, changed, unchanged },
    patches: code.applied.map(({ name, subject, kind, counts }) => {
      const commit = code.commits?.[name]
      return { name, subject, kind, counts, ...(commit && { commit }) }
    }),
    leftOut: code.leftOut,
    ...own.given,
    ...ofSource,
    ...describeContents(contents, added),
  }
}

/** @param added the modules that were added, as they were read back */
function describeContents(
  { models, assets, packages, configuration, policy, names }: Contents,
  added: GraphDifference["added"],
): Pick<BuildRecord, "models" | "assets" | "packages" | "configuration" | "policy"> {
  return {
    ...(models && { models: modelsOf(models, names, added) }),
    assets: assets.list.map(({ name, part, bytes, sha256, module, stored }) => {
      return { name, part, bytes, sha256, module, storedBytes: stored.length }
    }),
    packages: packages.packages.map((item) => packageOf(item, added)),
    ...(configuration && { configuration: configurationOf(configuration, names, added) }),
    ...(policy && { policy: policy.keys }),
  }
}

function modelsOf(
  models: EmbeddedModels,
  names: ModuleNames,
  added: GraphDifference["added"],
): BuildRecord["models"] {
  const { bytes, sha256 } = added.find(({ name }) => name === names.catalogue)!
  return { from: models.from, providers: models.providers, bytes, sha256 }
}

function configurationOf(
  { keys }: EmbeddedConfiguration,
  names: ModuleNames,
  added: GraphDifference["added"],
): BuildRecord["configuration"] {
  const { bytes, sha256 } = added.find(({ name }) => name === names.configuration)!
  return { keys, bytes, sha256 }
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

/** What is inside and nothing reads would be believed to hold. */
function requireRead({ applied }: Code, { configuration }: Contents): void {
  if (!configuration || applied.some(({ name }) => name === CONFIGURATION_PATCH)) return
  throw new Failure({
    what: "The default configuration would not be read",
    why: `the patch ${CONFIGURATION_PATCH} does not apply to this release`,
    next: "build without --config: a managed /etc/opencode/opencode.json does the same",
  })
}

function requireIntended(difference: GraphDifference, code: Code, contents: Contents): void {
  const intended = {
    added: addedModules(code, contents).map(({ name }) => name),
    changed: code.changed,
    removed: [],
  }
  const found = {
    added: difference.added.map(({ name }) => name),
    changed: difference.changed.map(({ name }) => name),
    removed: difference.removed,
  }
  if (Bun.deepEquals(found, intended)) return
  throw new Failure({
    what: "The written executable differs from what it was made from in other modules than it should",
    why: `it should be ${JSON.stringify(intended)} and is ${JSON.stringify(found)}`,
    next: "this is a defect of the build: keep the folder, and report it with the output of npm run build -- --json",
  })
}
