import type { Assets } from "./assets.ts"
import { refusal } from "./features.ts"
import { isActive } from "./switch.ts"

/** The program's name among the assets. */
const NAME = "rg"

/**
 * The path of the ripgrep that is inside the executable, for when there is none in PATH.
 * @returns undefined when none is inside, and upstream's code may download one
 * @throws OfflineError when none is inside and none may be downloaded; Error when there is no place to put it
 */
export async function ripgrep(assets: Assets): Promise<string | undefined> {
  if (assets.has(NAME)) return assets.file(NAME, { executable: true })
  if (isActive()) throw refusal("ripgrep")
  return undefined
}
