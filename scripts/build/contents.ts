import type { ModuleNames } from "../../offline/modules.ts"
import type { Executable } from "../container/index.ts"
import { asciiJson } from "../contents/ascii-json.ts"
import { type Asset, type EmbeddedAssets, embedAssets } from "../contents/assets.ts"
import { type EmbeddedConfiguration, embedConfiguration, requireAllowed } from "../contents/configuration.ts"
import { readGrammars } from "../contents/grammars.ts"
import { readHelpPages } from "../contents/help.ts"
import { type EmbeddedModels, embedModels } from "../contents/models.ts"
import { namesIn } from "../contents/names.ts"
import { requireReachable } from "../contents/own-providers.ts"
import { type EmbeddedPackages, embedPackages } from "../contents/packages.ts"
import { type EmbeddedPolicy, embedPolicy, NO_POLICY } from "../contents/policy.ts"
import { formatBytes, type Step } from "../lib/log.ts"
import { selectExtra } from "../pins/extra.ts"
import type { Pin } from "../pins/pin.ts"
import type { Inputs } from "./acquire-inputs.ts"
import type { AddedModule } from "./code.ts"
import type { BuildOptions } from "./options.ts"

/** What is carried inside that is not code, whatever the source. */
export interface Contents {
  /** undefined when upstream's is not known, and the organisation gave none. */
  models: EmbeddedModels | undefined
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
 * Makes all that is carried ready to be put inside; what was made before comes from the cache.
 * @throws Failure when a file that was given is not what it should be, or a package cannot be had as pinned
 */
export async function prepareContents(
  pin: Pin,
  inputs: Inputs,
  stock: Executable,
  options: Pick<BuildOptions, "cache" | "models" | "modelsExtend" | "config" | "policy" | "with">,
  step: Step,
): Promise<Contents> {
  const { cache } = options
  const names = namesIn(stock.graph)
  const ripgrep: Asset = { name: "rg", part: "ripgrep", source: inputs.ripgrep }
  const trees = [...(await selectExtra(options.with)), ...(pin.plugin ? [pin.plugin] : [])]
  const grammars = readGrammars(stock.graph, inputs.grammars, pin, cache)
  const [models, assets, policy, packages, configuration, help] = await Promise.all([
    embedModels(options, stock, cache),
    grammars.then((list) => embedAssets([ripgrep, ...list], cache, names)),
    options.policy === undefined ? undefined : embedPolicy(options.policy),
    embedPackages(trees, { cache }, names),
    options.config === undefined ? undefined : embedConfiguration(options.config),
    readHelpPages(),
  ])
  requireReachable(models?.own ?? {}, policy?.keys)
  requireAllowed(configuration, policy?.keys)
  const contents = { models, assets, help, configuration, policy, packages, names }
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
