import path from "node:path"
import { OfflineError } from "../error.ts"
import { sayLeftOut } from "../project/say.ts"
import { isBelowOwnFolder } from "../project/trust.ts"
import { ignoresProject } from "../switch.ts"

/** Where npm and Composer put the programs of what a project needs; some file systems know no case. */
const INSTALLED = /[\\/](?:node_modules[\\/]\.bin|vendor[\\/]bin)[\\/][^\\/]+$/i

/**
 * Refuses a program that lies in a project whose code is left out: upstream starts formatters and language servers from
 * there by itself. What a shell is told to run is the shell's.
 * @param file as it is to be started
 * @throws OfflineError when it is one
 */
export function refuseProjectProgram(file: string, cwd = process.cwd()): void {
  if (!ignoresProject()) return
  const place = path.resolve(cwd, file)
  if (!INSTALLED.test(place) || isBelowOwnFolder(place)) return
  sayLeftOut(path.dirname(place), [path.basename(place)])
  throw new OfflineError(`${place} was not run: it is a program of the project, whose code is left out`)
}
