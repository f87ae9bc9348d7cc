import { existsSync } from "node:fs"
import path from "node:path"
import { isActive } from "./switch.ts"

/** Where `npm run kit`'s installer puts language servers and formatters, seen from the executable's own folder. */
const KIT = "../lib/opencode-kit"

/**
 * A program's launcher in the kit that was installed with this executable.
 * @param name the program as it would be looked for in PATH
 * @returns undefined when there is no kit, or not this program in it
 */
export function launcher(name: string): string | undefined {
  if (name === "" || name.includes("/")) return undefined
  return present("bin", name)
}

/** Whether a file is one of the kit's launchers. */
export function isLauncher(file: string): boolean {
  return path.dirname(file) === path.join(path.dirname(process.execPath), KIT, "bin")
}

/**
 * A language server that PATH has not. Biome is left out: in PATH, upstream starts it in every project, whether it has a
 * configuration or not.
 */
export function server(name: string): string | null {
  if (!isActive() || name === "biome") return null
  return launcher(name) ?? null
}

/** A file of a package that the project has not. */
export function module(file: string): string | undefined {
  return isActive() ? present("node_modules", file) : undefined
}

function present(...names: string[]): string | undefined {
  const file = path.join(path.dirname(process.execPath), KIT, ...names)
  return existsSync(file) ? file : undefined
}
