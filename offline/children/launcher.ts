import { existsSync } from "node:fs"
import path from "node:path"
import { samePath } from "../system.ts"

/** Where `npm run kit`'s installer puts language servers and formatters, seen from the executable's own folder. */
const KIT = "../lib/opencode-kit"

/** A file of the kit that was installed with this executable; undefined when there is none. */
export function inKit(...names: string[]): string | undefined {
  const file = path.join(kit(), ...names)
  return existsSync(file) ? file : undefined
}

/**
 * A program's launcher in the kit, which starts this executable as Bun.
 * @param name the program as it would be looked for in PATH
 * @returns undefined when there is no kit, or not this program in it
 */
export function launcher(name: string): string | undefined {
  if (name === "" || name !== path.basename(name)) return undefined
  return process.platform === "win32" ? inKit("bin", `${name}.cmd`) : inKit("bin", name)
}

/** Whether a file is one of the kit's launchers. */
export function isLauncher(file: string): boolean {
  return samePath(path.dirname(file), path.join(kit(), "bin"))
}

function kit(): string {
  return path.join(path.dirname(process.execPath), KIT)
}
