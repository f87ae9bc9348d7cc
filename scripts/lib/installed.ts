import { existsSync } from "node:fs"
import { join } from "node:path"
import { Failure } from "./errors.ts"

const MODULES = join(import.meta.dirname, "../../node_modules")

/**
 * Sees to it that packages are there which a build does without: `npm ci --omit=optional` leaves them out, and so does npm by
 * itself when it cannot get them.
 * @param needs who needs them, with the verb, as in "The tests need"
 * @throws Failure that names those that are missing
 */
export function requireInstalled(needs: string, names: readonly string[], folder = MODULES): void {
  const missing = names.filter((name) => !existsSync(join(folder, name)))
  if (missing.length === 0) return
  throw new Failure({
    what: `${needs} what is not installed: ${missing.join(", ")}`,
    why: "npm ci --omit=optional leaves it out, and so does npm when the registry does not have it",
    next: "npm ci",
  })
}

/** What drives a browser. */
export const BROWSER = ["@sparticuz/chromium", "playwright-core"] as const

/** What formats and lints. */
export const LINTER = ["@biomejs/biome"] as const
