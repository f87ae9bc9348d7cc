import { applyEdits, modify, type ParseError, parse } from "jsonc-parser"

/** A model at an address, as it goes into a configuration. */
export interface LocalModel {
  name: string
  baseUrl: string
  model: string
  keyEnv?: string
}

/** The configuration that a model needs. */
export function configurationFor({ name, baseUrl, model, keyEnv }: LocalModel) {
  const apiKey = keyEnv === undefined ? {} : { apiKey: `{env:${keyEnv}}` }
  return {
    model: `${name}/${model}`,
    provider: {
      [name]: {
        npm: "@ai-sdk/openai-compatible",
        name,
        options: { baseURL: baseUrl, ...apiKey },
        models: { [model]: {} },
      },
    },
  }
}

/** A configuration with the model added, and what of it stays as it was; or why nothing can be added. */
export type Added = { text: string; kept?: string } | { refused: string }

/**
 * Adds a model to a configuration. All that is there stays: comments, order, every setting.
 * @param text undefined where there is no file yet
 */
export function addModel(text: string | undefined, local: LocalModel): Added {
  const wanted = configurationFor(local)
  if (text === undefined || text.trim() === "") return { text: `${JSON.stringify(wanted, null, 2)}\n` }
  const errors: ParseError[] = []
  const there = parse(text, errors, { allowTrailingComma: true }) as typeof wanted | undefined
  if (errors.length > 0 || !isRecord(there)) return { refused: "it is no JSON with comments" }
  if (there.provider !== undefined && !isRecord(there.provider))
    return { refused: `its "provider" is no object` }
  if (there.provider?.[local.name] !== undefined)
    return { refused: `it has a provider "${local.name}" already; choose another with --name` }
  const provider = set(text, ["provider", local.name], wanted.provider[local.name])
  if (there.model !== undefined) return { text: provider, kept: `"model": ${JSON.stringify(there.model)}` }
  return { text: set(provider, ["model"], wanted.model) }
}

function set(text: string, path: string[], value: unknown): string {
  const formattingOptions = { insertSpaces: true, tabSize: 2 }
  return applyEdits(text, modify(text, path, value, { formattingOptions }))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
