import { type ModuleNames, moduleNames } from "../../offline/modules.ts"
import { asciiJson } from "../contents/ascii-json.ts"
import { type Asset, type EmbeddedAssets, embedAssets } from "../contents/assets.ts"
import { type EmbeddedConfiguration, embedConfiguration, requireAllowed } from "../contents/configuration.ts"
import { readGrammars, requireTreeSitter } from "../contents/grammars.ts"
import { readHelpPages } from "../contents/help.ts"
import { type EmbeddedModels, embedModels } from "../contents/models.ts"
import { requireReachable } from "../contents/own-providers.ts"
import { type EmbeddedPackages, embedPackages } from "../contents/packages.ts"
import { type EmbeddedPolicy, embedPolicy, NO_POLICY } from "../contents/policy.ts"
import { formatBytes, type Step } from "../lib/log.ts"
import { selectExtra } from "../pins/extra.ts"
import type { Pin } from "../pins/pin.ts"
import { findTarget } from "../upstream/target.ts"
import type { Carried } from "./acquire-inputs.ts"
import type { AddedModule } from "./code.ts"
import type { BuildOptions } from "./options.ts"
import type { Stock } from "./read-stock.ts"

/** What is carried inside that is not code, whatever the source. */
export interface Contents extends GivenContents {
  /** undefined when upstream's is not known, and the organisation gave none. */
  models: EmbeddedModels | undefined
}

/** What of it is known without upstream's executable. */
export interface GivenContents {
  /** Files that OpenCode would download. */
  assets: EmbeddedAssets
  /** Pages for who works with it, by topic. */
  help: Record<string, string>
  /** undefined without `--config`. */
  configuration: EmbeddedConfiguration | undefined
  /** undefined without `--policy`. */
  policy: EmbeddedPolicy | undefined
  packages: EmbeddedPackages
  /** What all that is ours is called inside. */
  names: ModuleNames
}

/**
 * Makes what is carried ready to be put inside, as far as upstream's executable plays no part: to be done while that is
 * hashed. What was made before comes from the cache.
 * @throws Failure when a file that was given is not what it should be, or a package cannot be had as pinned
 */
export async function prepareGiven(
  pin: Pin,
  carried: Carried,
  options: Pick<BuildOptions, "cache" | "config" | "policy" | "with" | "target">,
): Promise<GivenContents> {
  const { cache } = options
  const names = moduleNames(findTarget(options.target).root)
  const ripgrep: Asset = { name: "rg", part: "ripgrep", source: carried.ripgrep }
  const trees = [...(await selectExtra(options.with)), ...(pin.plugin ? [pin.plugin] : [])]
  const grammars = readGrammars(carried.grammars, pin, cache)
  const [assets, policy, packages, configuration, help] = await Promise.all([
    grammars.then((list) => embedAssets([ripgrep, ...list], cache, names)),
    options.policy === undefined ? undefined : embedPolicy(options.policy),
    embedPackages(trees, { cache }, names),
    options.config === undefined ? undefined : embedConfiguration(options.config),
    readHelpPages(),
  ])
  return { assets, help, configuration, policy, packages, names }
}

/**
 * All that is carried.
 * @throws Failure when a file that was given is not what it should be, or does not fit upstream's executable
 */
export async function prepareContents(
  given: GivenContents,
  stock: Stock,
  options: Pick<BuildOptions, "cache" | "models" | "modelsExtend">,
  step: Step,
): Promise<Contents> {
  const { assets, policy, configuration } = given
  if (assets.list.some(({ part }) => part === "grammars")) requireTreeSitter(stock.graph)
  const models = await embedModels(options, stock, options.cache)
  requireReachable(models?.own ?? {}, policy?.keys)
  requireAllowed(configuration, policy?.keys)
  const contents = { ...given, models }
  step.result(describe(contents))
  return contents
}

function describe({ models, assets, configuration, policy, packages }: Contents): string {
  const carried = assets.list.reduce((sum, { stored }) => sum + stored.length, 0)
  return [
    ...(models ? [`models ${formatBytes(models.bytes.length)}`] : ["no models"]),
    `carried ${formatBytes(carried)}`,
    ...packages.packages.map(({ root, module }) => `${root.name} ${formatBytes(module.bytes.length)}`),
    ...(configuration ? [`configuration ${configuration.keys.join(" ")}`] : []),
    ...(policy ? [`policy ${policy.keys.mode}${policy.keys.locked ? ", locked" : ""}`] : []),
  ].join(", ")
}

/** What is carried, in the order in which it stands in the executable. */
export function carriedModules({
  models,
  assets,
  help,
  configuration,
  policy,
  packages,
  names,
}: Contents): AddedModule[] {
  const asset = (name: string, contents: Uint8Array): AddedModule => ({ name, kind: "asset", contents })
  return [
    ...(models ? [asset(names.catalogue, models.bytes)] : []),
    asset(assets.index.module, assets.index.contents),
    ...assets.list.map(({ module, stored }) => asset(module, stored)),
    asset(packages.index.name, packages.index.bytes),
    ...packages.packages.map(({ module }) => asset(module.name, module.bytes)),
    asset(names.help, Buffer.from(asciiJson(JSON.stringify(help)))),
    ...(configuration ? [asset(names.configuration, configuration.bytes)] : []),
    asset(names.policy, policy?.bytes ?? Buffer.from(NO_POLICY)),
  ]
}

/** The names of the modules that are carried, by the part of the executable that they are counted to. */
export function namesByPart({ assets, packages, names }: Contents) {
  const ofPart = (part: string) =>
    assets.list.filter((asset) => asset.part === part).map(({ module }) => module)
  return {
    models: [names.catalogue, names.upstreamsCatalogue],
    ripgrep: ofPart("ripgrep"),
    grammars: ofPart("grammars"),
    plugins: packages.packages.map(({ module }) => module.name),
    rest: [assets.index.module, packages.index.name, names.help, names.configuration, names.policy],
  }
}
