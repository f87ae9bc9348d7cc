import { inKit, launcher } from "./children/launcher.ts"
import { sayLeftOut } from "./project/say.ts"
import { reportOnce } from "./report-once.ts"
import { ignoresProject, isActive } from "./switch.ts"

/**
 * A language server that PATH has not. Biome is left out: in PATH, upstream starts it in every project, whether it has a
 * configuration or not.
 */
export function languageServer(name: string): string | null {
  if (!isActive() || name === "biome") return null
  return launcher(name) ?? null
}

/**
 * A file of a package that a language server runs: the project's, else the kit's.
 * @param inProject where the project has it
 */
export function packageFile(file: string, inProject: string | undefined): string | undefined {
  const isUsed = !ignoresProject()
  if (inProject !== undefined && isUsed) return inProject
  if (inProject !== undefined) sayLeftOut(inProject, [file])
  return isActive() ? inKit("node_modules", file) : undefined
}

/** Says once that a language server is on no disk, where upstream says nothing. */
export function missingServer(id: string): undefined {
  if (isActive())
    reportOnce(
      `The language server ${id} is not on this machine and OpenCode is offline, so it is not downloaded. Put its program into PATH, or install the kit beside this executable`,
    )
}
