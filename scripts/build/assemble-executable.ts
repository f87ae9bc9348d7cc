import { addModule, type LightGraph, replaceModule, writeModuleGraph } from "../container/index.ts"
import { NAMES } from "../contents/names.ts"
import { formatBytes, type Step } from "../lib/log.ts"
import type { Compiled } from "./compile-tree.ts"
import { type AddedModule, type Carried, carriedModules, type Embedded, modulesOf } from "./embed-contents.ts"
import type { BuildOptions } from "./options.ts"
import type { Stock } from "./read-stock.ts"
import { openStaging, type Staging, writeExecutable } from "./write-release.ts"

/** The new executable, in a staging folder. */
export interface Built {
  staging: Staging
  bytes: number
  /** Hex. */
  sha256: string
}

/** Bun's enumerations for what is added: how the bytes are to be read, and that they are for the program itself. */
const KINDS = {
  code: { encoding: 1, loader: 1, format: 1, side: 0 },
  asset: { encoding: 0, loader: 5, format: 0, side: 1 },
}

/**
 * Puts everything into the stock executable's module graph and writes it to a staging folder. Modules that are not
 * named keep every byte, and the offline module is run first by a `--preload` in front of the stored arguments.
 */
export async function assembleExecutable(
  stock: Stock,
  bundles: Map<string, Uint8Array>,
  embedded: Embedded,
  options: BuildOptions,
  step: Step,
): Promise<Built> {
  // What was read to embed it is garbage by now, some 60 MB.
  Bun.gc(true)
  let graph = stock.graph
  for (const [name, contents] of bundles) graph = replaceModule(graph, name, contents)
  graph = addModules(graph, modulesOf(embedded))
  graph = { ...graph, argv: `--preload=${NAMES.index} ${graph.argv}` }
  const built = await stage(graph, options)
  step.result(`${formatBytes(built.bytes)}, stock ${formatBytes(stock.bytes)}`)
  return built
}

/** Adds what is carried to an executable that upstream's build script compiled; every other byte stays. */
export async function assembleCompiled(
  compiled: Compiled,
  carried: Carried,
  options: BuildOptions,
  step: Step,
): Promise<Built> {
  const built = await stage(addModules(compiled.graph, carriedModules(carried)), options)
  step.result(formatBytes(built.bytes))
  return built
}

function addModules(graph: LightGraph, modules: AddedModule[]): LightGraph {
  return modules.reduce(
    (all, { kind, name, contents }) => addModule(all, { ...KINDS[kind], name, contents }),
    graph,
  )
}

async function stage(graph: LightGraph, { out }: BuildOptions): Promise<Built> {
  const staging = await openStaging(out)
  return { staging, ...(await writeExecutable(staging.executable, writeModuleGraph(graph))) }
}
