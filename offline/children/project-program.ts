import { basename, dirname, resolve } from "node:path"
import { OfflineError } from "../error.ts"
import { toLowerCase } from "../primordials.ts"
import { currentFolder } from "../process.ts"
import { sayLeftOut } from "../project/say.ts"
import { isBelowOwnFolder } from "../project/trust.ts"
import { ignoresProject } from "../switch.ts"
import { liesIn } from "./installed.ts"

/**
 * Refuses a program that lies in a project whose code is left out: upstream starts formatters and language servers from
 * there by itself. What a shell is told to run is the shell's.
 * @param file as it is to be started
 * @throws OfflineError when it is one
 */
export function refuseProjectProgram(file: string, cwd = currentFolder()): void {
  if (!ignoresProject()) return
  const place = resolve(cwd, file)
  if (!isInstalled(place) || isBelowOwnFolder(place)) return
  sayLeftOut(dirname(place), [basename(place)])
  throw new OfflineError(`${place} was not run: it is a program of the project, whose code is left out`)
}

/** Whether it lies where npm and Composer put the programs of what a project needs; some file systems know no case. */
function isInstalled(file: string): boolean {
  const text = toLowerCase(file)
  return liesIn(text, "/node_modules/.bin") || liesIn(text, "/vendor/bin")
}
