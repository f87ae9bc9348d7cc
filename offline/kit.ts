import { inKit, launcher } from "./children/launcher.ts"
import { isActive } from "./switch.ts"

/**
 * A language server that PATH has not. Biome is left out: in PATH, upstream starts it in every project, whether it has a
 * configuration or not.
 */
export function languageServer(name: string): string | null {
  if (!isActive() || name === "biome") return null
  return launcher(name) ?? null
}

/** A file of a package that the project has not. */
export function packageFile(file: string): string | undefined {
  return isActive() ? inKit("node_modules", file) : undefined
}
