import { readFile } from "node:fs/promises"
import { z } from "zod"
import { derive } from "../lib/derived-cache.ts"
import { Failure } from "../lib/errors.ts"
import { hashMakers } from "../lib/makers.ts"
import { findCatalogues } from "../upstream/catalogue.ts"
import { type Modules, shapeOf } from "../upstream/shape.ts"
import { asciiJson } from "./ascii-json.ts"
import { type OwnProvider, ownProviders } from "./own-providers.ts"

/** The model catalogue that goes inside, as JSON in the form of models.dev/api.json, in ASCII. */
export interface EmbeddedModels {
  bytes: Uint8Array
  providers: number
  /** Whose it is: upstream's own snapshot, the file given with `--models`, or the two together. */
  from: "upstream" | "organisation" | "both"
  /** Upstream's own, where this is another and upstream's is known. */
  upstreams?: Uint8Array
  /** The providers that an organisation wrote itself. */
  own: Record<string, OwnProvider>
}

/** Paths of an organisation's own: `models` takes the snapshot's place, `modelsExtend` is laid over it. */
export interface GivenModels {
  models?: string
  modelsExtend?: string
}

/** The least that OpenCode reads of each provider. */
const Catalogue = z.record(
  z.string(),
  z.looseObject({
    id: z.string(),
    name: z.string(),
    env: z.array(z.string()),
    models: z.record(z.string(), z.looseObject({ id: z.string() })),
  }),
)

/** What extends a catalogue: whole providers, or only what is to be added to one that is there. */
const Extension = z.record(
  z.string(),
  z.looseObject({ models: z.record(z.string(), z.looseObject({})).optional() }),
)

/** Upstream's executable. */
interface Stock {
  graph: Modules
  /** Hex: names it in the cache. */
  sha512: string
}

/**
 * The organisation's catalogue, or upstream's snapshot, or that extended by the organisation's.
 * @returns undefined when none was given and where upstream has its own is not known
 * @throws Failure when it is no catalogue
 */
export async function embedModels(
  given: GivenModels,
  stock: Stock,
  cache: string,
): Promise<EmbeddedModels | undefined> {
  const { models, modelsExtend } = given
  const snapshot = await readUpstreams(stock, cache)
  const upstreams = snapshot === "" ? undefined : Buffer.from(snapshot)
  const known = () => (upstreams ? JSON.parse(snapshot) : {})
  if (models !== undefined)
    return { ...(await embed(models, () => readJson(models), "organisation", known)), upstreams }
  if (modelsExtend === undefined)
    return upstreams && embed("upstream's snapshot", () => JSON.parse(snapshot), "upstream", known)
  if (!upstreams) throw notCatalogue(modelsExtend, "it is to be laid over upstream's, which is not known")
  const extended = async () => extend(JSON.parse(snapshot), await readExtension(modelsExtend))
  return { ...(await embed(modelsExtend, extended, "both", known)), upstreams }
}

/**
 * Reads the organisation's files for themselves, ahead of all that is needed to put them inside.
 * @throws Failure as {@link embedModels} does
 */
export async function checkModels({ models, modelsExtend }: GivenModels): Promise<void> {
  if (models !== undefined) await embed(models, () => readJson(models), "organisation")
  if (modelsExtend !== undefined) await readExtension(modelsExtend)
}

async function readExtension(file: string): Promise<z.infer<typeof Extension>> {
  try {
    return Extension.parse(await readJson(file))
  } catch (error) {
    throw notCatalogue(file, whyNot(error))
  }
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, "utf8"))
}

/** A provider's own fields, and each of its models as a whole, take the place of those of the same name. */
function extend(
  catalogue: z.infer<typeof Extension>,
  extension: z.infer<typeof Extension>,
): z.infer<typeof Extension> {
  const result = { ...catalogue }
  for (const [id, provider] of Object.entries(extension))
    result[id] = { ...result[id], ...provider, models: { ...result[id]?.models, ...provider.models } }
  return result
}

/** Upstream has its snapshot as code; as JSON it is read in a fraction of the time. Empty when it is not known. */
async function readUpstreams(stock: Stock, cache: string): Promise<string> {
  const maker = await hashMakers(import.meta.filename)
  const bytes = await derive(cache, `models ${stock.sha512} ${maker}`, async () =>
    Buffer.from(asciiJson(makeUpstreams(stock.graph))),
  )
  return Buffer.from(bytes).toString()
}

function makeUpstreams(graph: Modules): string {
  const shape = shapeOf(graph)
  if (shape) return shape.readCatalogue(graph)
  // In code of a form that is not known, a catalogue is taken that cannot be mistaken for anything else.
  const [found, ...more] = findCatalogues(graph)
  return more.length > 0 ? "" : (found ?? "")
}

async function embed(
  name: string,
  read: () => unknown,
  from: EmbeddedModels["from"],
  known?: () => Record<string, unknown>,
): Promise<EmbeddedModels> {
  try {
    const catalogue = await read()
    const checked = Catalogue.parse(catalogue)
    const own = from === "upstream" || !known ? {} : ownProviders(name, checked, known())
    const providers = Object.keys(checked).length
    return { bytes: Buffer.from(asciiJson(JSON.stringify(catalogue))), providers, from, own }
  } catch (error) {
    if (error instanceof Failure) throw error
    throw notCatalogue(name, whyNot(error))
  }
}

function whyNot(error: unknown): string {
  return error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message
}

function notCatalogue(name: string, why: string): Failure {
  return new Failure({
    what: `${name} is not a model catalogue`,
    why,
    next: "pass a file in the form of models.dev/api.json: providers by id, each with id, name, env and models",
  })
}
