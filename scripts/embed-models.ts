import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { z } from "zod"
import { derive } from "./lib/derived-cache.ts"
import { Failure } from "./lib/errors.ts"
import { readTrees } from "./lib/release-source.ts"
import { part } from "./lib/series/edits.ts"
import { parseUnit } from "./lib/series/unit.ts"
import type { Stock } from "./read-stock.ts"

/** The model catalogue that goes inside, as JSON in the form of models.dev/api.json. */
export interface EmbeddedModels {
  bytes: Uint8Array
  providers: number
  /** Whose it is: upstream's own snapshot, or the file given with `--models`. */
  from: "upstream" | "organisation"
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

/**
 * The organisation's catalogue, or upstream's snapshot. Upstream has its snapshot as code; as JSON it is read in a
 * fraction of the time.
 * @param file the organisation's, or undefined
 * @throws Failure when it is no catalogue
 */
export async function embedModels(
  file: string | undefined,
  stock: Stock,
  cache: string,
): Promise<EmbeddedModels> {
  if (file !== undefined) {
    const text = await readFile(file, "utf8").catch((error) => {
      throw notCatalogue(file, error.message)
    })
    return embed(file, text, "organisation")
  }
  const maker = createHash("sha256")
    .update(await readFile(import.meta.filename))
    .digest("hex")
  const bytes = await derive(cache, `models ${stock.sha256} ${maker}`, async () =>
    Buffer.from(readSnapshot(stock)),
  )
  return embed("upstream's snapshot", Buffer.from(bytes).toString(), "upstream")
}

function embed(name: string, text: string, from: EmbeddedModels["from"]): EmbeddedModels {
  try {
    const catalogue = Catalogue.parse(JSON.parse(text))
    return { bytes: Buffer.from(JSON.stringify(catalogue)), providers: Object.keys(catalogue).length, from }
  } catch (error) {
    throw notCatalogue(name, error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message)
  }
}

const SNAPSHOT = "src/provider/models-snapshot.ts"

/** Upstream's snapshot is an object literal of plain data, which JSON5 can read. */
function readSnapshot(stock: Stock): string {
  const units = readTrees(stock.graph)[0]!.units.filter((unit) => unit.file === SNAPSHOT)
  const found = units.flatMap((unit) =>
    parseUnit(unit).findAll({
      rule: { kind: "assignment_expression", has: { field: "left", regex: "^snapshot\\d*$" } },
    }),
  )
  if (found.length !== 1)
    throw notCatalogue(SNAPSHOT, `it assigns the snapshot ${found.length} times, not once`)
  const text = Buffer.from(part(found[0]!, "right").text(), "latin1").toString("utf8")
  return JSON.stringify(Bun.JSON5.parse(text))
}

function notCatalogue(name: string, why: string): Failure {
  return new Failure({
    what: `${name} is not a model catalogue`,
    why,
    next: "pass a file in the form of models.dev/api.json: providers by id, each with id, name, env and models",
  })
}
