import { readFileSync } from "node:fs"
import { OfflineError } from "./error.ts"
import { message } from "./features.ts"
import { moduleNames } from "./modules.ts"
import { isActive } from "./switch.ts"

export interface CatalogueSources {
  /** `OPENCODE_MODELS_PATH`. */
  path: string | undefined
  /** Upstream's cache file. */
  cache: string
  /** Loads the catalogue that upstream built in; undefined when there is none. */
  inside: () => Promise<unknown>
}

/**
 * The model catalogue when it must not be fetched: the file that the user names, else the one inside the executable (the
 * organisation's, then upstream's), else the cache, else none. The cache comes last because it may be of any age.
 * @returns models.dev's api.json: providers by id
 * @throws OfflineError when the named file cannot be used; another catalogue instead would go unnoticed
 */
export async function catalogue(sources: CatalogueSources): Promise<unknown> {
  if (sources.path) return readNamed(sources.path)
  return readJson(moduleNames().catalogue) ?? (await sources.inside()) ?? readJson(sources.cache) ?? {}
}

/** Whether upstream's flag or the switch forbids the fetch. */
export function fetchDisabled(): boolean {
  return isActive() || /^(1|true)$/i.test(process.env.OPENCODE_DISABLE_MODELS_FETCH ?? "")
}

/** `opencode models --refresh` when the fetch is forbidden: says so, exit code 1. */
export function refuseRefresh(): void {
  const why = isActive()
    ? message("models")
    : "The model catalogue is not refreshed: OPENCODE_DISABLE_MODELS_FETCH is set."
  process.stderr.write(`! ${why}\n`)
  process.exitCode = 1
}

function readNamed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"))
  } catch (error) {
    throw new OfflineError(
      `OPENCODE_MODELS_PATH names ${path}, which is no catalogue: ${(error as Error).message}`,
    )
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"))
  } catch {
    return undefined
  }
}
