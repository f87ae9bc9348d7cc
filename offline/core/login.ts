import { readFileSync } from "node:fs"
import { type CatalogueProvider, listed } from "../models/catalogue.ts"
import { type Deciding, reachable } from "../models/reachable.ts"
import { print } from "../print.ts"
import { currentState, isActive } from "../switch.ts"
import type { Arguments } from "./arguments.ts"

/**
 * Says ahead of upstream's list of all providers which of them can be reached: offline, a person would sign in to one that
 * cannot. Nothing is refused: a key for a server of one's own is typed in there, too.
 */
export function tellOfProviders({ bare, options }: Arguments, env: NodeJS.ProcessEnv): void {
  const [command, verb, url] = bare
  const lists = (command === "auth" || command === "providers") && verb === "login" && url === undefined
  if (!isActive() || !lists || options.has("p") || options.has("provider")) return
  print("error", `! ${sentence(namesInReach(env.OPENCODE_MODELS_PATH, currentState(), env))}\n`)
}

function sentence(names: string[]): string {
  if (names.length === 0)
    return "OpenCode is offline: none of the providers below can be reached. For a key of a server of your own, take Other; to add a model: opencode offline setup"
  return `OpenCode is offline: of the providers below, only ${names.join(", ")} can be reached`
}

/**
 * The names of the providers that can be reached, by the catalogue that offline upstream lists, too. What of it cannot be read is
 * left out: then nothing is known to be in reach.
 */
export function namesInReach(file: string | undefined, by: Deciding, env: NodeJS.ProcessEnv): string[] {
  const providers = Object.entries(readCatalogue(file)).filter((entry): entry is [string, NamedProvider] =>
    isProvider(entry[1]),
  )
  const catalogue = new Map(providers)
  const all = providers.map(([id, provider]) => [id, listed(provider)])
  return Object.keys(reachable(Object.fromEntries(all), by, env)).map((id) => catalogue.get(id)?.name ?? id)
}

type NamedProvider = CatalogueProvider & { name?: string }

function readCatalogue(file: string | undefined): Record<string, unknown> {
  try {
    const catalogue = file ? JSON.parse(readFileSync(file, "utf8")) : {}
    return isRecord(catalogue) ? catalogue : {}
  } catch {
    return {}
  }
}

/** Whether it has the form of one, as far as it is read here: the file is a user's. */
function isProvider(value: unknown): value is NamedProvider {
  if (!isRecord(value)) return false
  const { name, models = {} } = value
  return isText(name) && hasPlace(value) && isRecord(models) && Object.values(models).every(isModel)
}

function isModel(value: unknown): boolean {
  return isRecord(value) && (value.provider === undefined || hasPlace(value.provider))
}

function hasPlace(value: unknown): boolean {
  return isRecord(value) && isText(value.api) && isText(value.npm)
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === "string"
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
