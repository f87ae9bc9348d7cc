import { readFileSync } from "node:fs"
import path from "node:path"
import type { ConfigSource } from "./config-files.ts"
import { SettingError } from "./error.ts"
import { moduleNames } from "./modules.ts"

/** What the default configuration is called, to people and in upstream's errors. It is no file of a disk. */
export const INSIDE = "the configuration inside this executable"

/** A text as upstream's loader of texts takes it. */
interface Given {
  text: string
  /** What a relative reference in it would start from; the build lets none in. */
  dir: string
  source: string
}

/**
 * The default configuration that was put inside with `npm run build -- --config FILE`.
 * @returns undefined where there is none
 * @throws SettingError when it is there and cannot be read
 */
export function configurationInside(file = moduleNames().configuration): ConfigSource | undefined {
  try {
    return { name: INSIDE, text: readFileSync(file, "utf8"), folder: undefined, trust: "build" }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw new SettingError(`${INSIDE} cannot be read: it is damaged`, "Install the executable again.")
  }
}

/** The same for upstream's code: a list of one, or of none. */
export function givenConfiguration(): Given[] {
  const found = configurationInside()
  return found
    ? [{ text: found.text, dir: path.dirname(moduleNames().configuration), source: found.name }]
    : []
}

/** What upstream lays every other configuration over: as its own `load` reads it, or an empty one. */
export async function startConfiguration<T>(
  load: (text: string, from: { dir: string; source: string }) => Promise<T>,
): Promise<T> {
  const [given] = givenConfiguration()
  return given ? load(given.text, { dir: given.dir, source: given.source }) : ({} as T)
}
