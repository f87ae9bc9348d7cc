import { readFileSync, statSync } from "node:fs"
import { SettingError } from "../error.ts"
import { moduleNames } from "../modules.ts"

/** Upstream's variable that names the file to read the model catalogue from. */
const VARIABLE = "OPENCODE_MODELS_PATH"

/**
 * Has upstream read the catalogue inside the executable when none may be fetched, as offline: its own order is a cache of any age
 * first, so two machines with one version would list different models.
 * @throws SettingError when the file that the user names cannot be used; another catalogue instead would go unnoticed
 */
export function chooseCatalogue(env: NodeJS.ProcessEnv, inside = moduleNames().catalogue): void {
  if (!isFetchDisabled(env)) return
  const named = env[VARIABLE]
  if (named && named !== inside) requireCatalogue(named)
  else if (statSync(inside, { throwIfNoEntry: false })) env[VARIABLE] = inside
}

/**
 * The catalogue that upstream built in, which a patch has taken out of its code: as JSON it is inside once, and is read in a
 * fraction of the time.
 * @throws Error when this executable is damaged
 */
export function upstreamsCatalogue({ upstreamsCatalogue, catalogue } = moduleNames()): unknown {
  const file = statSync(upstreamsCatalogue, { throwIfNoEntry: false }) ? upstreamsCatalogue : catalogue
  return JSON.parse(readFileSync(file, "utf8"))
}

/** Whether upstream's own flag forbids the fetch, as upstream reads it. */
export function isFetchDisabled(env: NodeJS.ProcessEnv): boolean {
  return /^(1|true)$/i.test(env.OPENCODE_DISABLE_MODELS_FETCH ?? "")
}

function requireCatalogue(file: string): void {
  try {
    JSON.parse(readFileSync(file, "utf8"))
  } catch (error) {
    throw new SettingError(
      `${VARIABLE} names ${file}, which is no catalogue: ${(error as Error).message}`,
      "Name a file in the form of models.dev/api.json, or unset it for the catalogue inside this executable.",
    )
  }
}
