import type { Embedded as OwnEmbedded } from "../../offline/embedded.ts"
import { type Asset, type EmbeddedAssets, embedAssets } from "../contents/assets.ts"
import { readGrammars } from "../contents/grammars.ts"
import { type EmbeddedModels, embedModels } from "../contents/models.ts"
import { NAMES } from "../contents/names.ts"
import { embedOffline } from "../contents/offline-module.ts"
import { type EmbeddedPackages, embedPackages } from "../contents/packages.ts"
import { type EmbeddedPolicy, embedPolicy } from "../contents/policy.ts"
import { embedWebUi } from "../contents/web-ui.ts"
import { formatBytes, type Step } from "../lib/log.ts"
import { selectExtra } from "../pins/extra.ts"
import { readCliTable } from "../upstream/cli-table.ts"
import type { BuildOptions } from "./options.ts"
import type { Stock } from "./read-stock.ts"

/** What is added to the executable that is not code, whatever the source. */
export interface Carried {
  models: EmbeddedModels
  /** Files that OpenCode would download. */
  assets: EmbeddedAssets
  /** undefined without `--policy`. */
  policy: EmbeddedPolicy | undefined
  packages: EmbeddedPackages
}

/** What is added to the executable of the release source. */
export interface Embedded extends Carried {
  /** Our own code, by the names of its modules. */
  offline: Record<string, string>
  webUi: { pack: Uint8Array; files: number; rawBytes: number }
}

/** A module that is added. Code is what the runtime evaluates; all else is read by code. */
export interface AddedModule {
  name: string
  kind: "code" | "asset"
  contents: Uint8Array
}

export async function embedContents(stock: Stock, options: BuildOptions, step: Step): Promise<Embedded> {
  // What was read, and parsed to be patched, is garbage by now, some 60 MB.
  Bun.gc(true)
  const { pin, webUi: acquireWebUi } = stock.inputs
  const [offline, webUi, carried] = await Promise.all([
    describeUpstream(stock, options.cache).then((release) => embedOffline(release)),
    embedWebUi(acquireWebUi, pin.webUi.executable.sha512, options.cache),
    makeCarried(stock, options),
  ])
  const parts = [
    `web UI ${webUi.files} files, ${formatBytes(webUi.pack.length)}`,
    `offline ${formatBytes(sum(Object.values(offline)))}`,
    ...describeCarried(carried),
  ]
  step.result(parts.join(", "))
  return { offline, webUi, ...carried }
}

/** What the core is told of the release: with another parser than yargs, neither its words nor its version's text. */
async function describeUpstream(stock: Stock, cache: string): Promise<Pick<OwnEmbedded, "version" | "cli">> {
  const cli = await readCliTable(stock, cache)
  return cli.commands.length > 0 ? { version: stock.inputs.pin.version, cli } : {}
}

/** For the git source, whose code and web UI upstream's build script puts inside. */
export async function embedCarried(stock: Stock, options: BuildOptions, step: Step): Promise<Carried> {
  const carried = await makeCarried(stock, options)
  step.result(describeCarried(carried).join(", "))
  return carried
}

async function makeCarried(stock: Stock, options: BuildOptions): Promise<Carried> {
  const grammars = await readGrammars(stock, options.cache)
  const ripgrep: Asset = { name: "rg", part: "ripgrep", source: stock.inputs.ripgrep }
  const [models, assets, policy, packages] = await Promise.all([
    embedModels(options, stock, options.cache),
    embedAssets([ripgrep, ...grammars], options.cache),
    options.policy === undefined ? undefined : embedPolicy(options.policy),
    embedPackages([...(await selectExtra(options.with)), stock.inputs.pin.plugin], { cache: options.cache }),
  ])
  return { models, assets, policy, packages }
}

function describeCarried({ models, assets, policy, packages }: Carried): string[] {
  return [
    `models ${formatBytes(models.bytes.length)}`,
    `carried ${formatBytes(sum(assets.list.map(({ stored }) => stored)))}`,
    ...packages.packages.map(({ root, module }) => `${root.name} ${formatBytes(module.bytes.length)}`),
    ...(policy ? [`policy ${policy.mode}${policy.locked ? ", locked" : ""}`] : []),
  ]
}

function sum(contents: { length: number }[]): number {
  return contents.reduce((length, content) => length + content.length, 0)
}

/** What is added to the executable of the release source, in the order in which it stands there. */
export function modulesOf(embedded: Embedded): AddedModule[] {
  return [
    ...Object.entries(embedded.offline).map(([name, text]) => {
      return { name, kind: "code" as const, contents: Buffer.from(text) }
    }),
    { name: NAMES.webUi, kind: "asset", contents: embedded.webUi.pack },
    ...carriedModules(embedded),
  ]
}

/** What is carried, in the order in which it stands in the executable. */
export function carriedModules({ models, assets, policy, packages }: Carried): AddedModule[] {
  const carried = [packages.index, ...packages.packages.map(({ module }) => module)]
  const added: AddedModule[] = [
    { name: NAMES.catalogue, kind: "asset", contents: models.bytes },
    { name: assets.index.module, kind: "asset", contents: assets.index.contents },
    ...assets.list.map(({ module, stored }) => ({ name: module, kind: "asset" as const, contents: stored })),
    ...carried.map(({ name, bytes }) => ({ name, kind: "asset" as const, contents: bytes })),
  ]
  if (policy) added.push({ name: NAMES.policy, kind: "asset", contents: policy.bytes })
  return added
}

/** The names of the modules that are added, by the part of the executable that they are counted to. */
export function namesByPart({ assets, packages }: Carried) {
  const ofPart = (part: string) =>
    assets.list.filter((asset) => asset.part === part).map(({ module }) => module)
  return {
    offline: [NAMES.index, NAMES.guard],
    webUi: [NAMES.webUi],
    models: [NAMES.catalogue],
    ripgrep: ofPart("ripgrep"),
    grammars: ofPart("grammars"),
    plugins: packages.packages.map(({ module }) => module.name),
    rest: [assets.index.module, packages.index.name, NAMES.policy],
  }
}
