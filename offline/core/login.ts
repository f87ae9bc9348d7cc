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

/** By the catalogue that offline upstream lists, too. None where it cannot be read, as then nothing is known to be in reach. */
function namesInReach(file: string | undefined, by: Deciding, env: NodeJS.ProcessEnv): string[] {
  const catalogue = readCatalogue(file)
  const all = Object.entries(catalogue).map(([id, provider]) => [id, listed(provider)])
  return Object.keys(reachable(Object.fromEntries(all), by, env)).map((id) => catalogue[id]!.name ?? id)
}

function readCatalogue(file: string | undefined): Record<string, CatalogueProvider & { name?: string }> {
  try {
    return file ? JSON.parse(readFileSync(file, "utf8")) : {}
  } catch {
    return {}
  }
}
