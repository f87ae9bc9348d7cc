import { readFile } from "node:fs/promises"
import { z } from "zod"
import type { Inputs } from "./acquire-inputs.ts"
import { embedOffline } from "./embed-offline.ts"
import { embedWebUi } from "./embed-web-ui.ts"
import { Failure } from "./lib/errors.ts"
import { formatBytes, type Step } from "./lib/log.ts"
import type { BuildOptions } from "./read-options.ts"

/** What is added to the executable. */
export interface Embedded {
  /** The offline module, ASCII text. */
  offline: string
  webUi: { pack: Uint8Array; files: number; rawBytes: number }
  models: { bytes: Uint8Array; providers: number } | undefined
}

export async function embedContents(inputs: Inputs, options: BuildOptions, step: Step): Promise<Embedded> {
  const [offline, webUi, models] = await Promise.all([
    embedOffline(),
    embedWebUi(inputs.webUi, inputs.pin.webUi.executable.sha512, options.cache),
    options.models === undefined ? undefined : readModels(options.models),
  ])
  const parts = [
    `web UI ${webUi.files} files, ${formatBytes(webUi.pack.length)}`,
    `offline ${formatBytes(offline.length)}`,
    ...(models ? [`models ${formatBytes(models.bytes.length)}`] : []),
  ]
  step.result(parts.join(", "))
  return { offline, webUi, models }
}

/** The least that OpenCode reads of each provider in models.dev's api.json. */
const Catalogue = z.record(
  z.string(),
  z.looseObject({
    id: z.string(),
    name: z.string(),
    env: z.array(z.string()),
    models: z.record(z.string(), z.looseObject({ id: z.string() })),
  }),
)

async function readModels(path: string): Promise<{ bytes: Uint8Array; providers: number }> {
  try {
    const catalogue = Catalogue.parse(JSON.parse(await readFile(path, "utf8")))
    return { bytes: Buffer.from(JSON.stringify(catalogue)), providers: Object.keys(catalogue).length }
  } catch (error) {
    throw new Failure({
      what: `${path} is not a model catalogue`,
      why: error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message,
      next: "pass a file in the form of models.dev/api.json: providers by id, each with id, name, env and models",
    })
  }
}
