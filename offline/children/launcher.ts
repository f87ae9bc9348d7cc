import { existsSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { apply, prepend } from "../primordials.ts"
import { executable, ownPlatform } from "../process.ts"
import { samePath } from "../system.ts"

/** Where `npm run kit`'s installer puts language servers and formatters, seen from the executable's own folder. */
const KIT = "../lib/opencode-kit"

/** A file of the kit that was installed with this executable; undefined when there is none. */
export function inKit(...names: string[]): string | undefined {
  return ifThere(apply(join, undefined, prepend(kit(executable), names) as string[]))
}

/**
 * A program's launcher in the kit, which starts this executable as Bun.
 * @param name the program as it would be looked for in PATH
 * @param self the executable
 * @returns undefined when there is no kit, or not this program in it
 */
export function launcher(name: string, self = executable): string | undefined {
  if (name === "" || name !== basename(name)) return undefined
  return ifThere(join(kit(self), "bin", ownPlatform === "win32" ? `${name}.cmd` : name))
}

/** Whether a file is one of the kit's launchers. */
export function isLauncher(file: string, self = executable): boolean {
  return samePath(dirname(file), join(kit(self), "bin"))
}

function kit(self: string): string {
  return join(dirname(self), KIT)
}

function ifThere(file: string): string | undefined {
  return existsSync(file) ? file : undefined
}
