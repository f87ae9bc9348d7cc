import { existsSync, statSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { OfflineError } from "../error.ts"
import { indexOf, prepend, rest, slice, spaced, startsWith } from "../primordials.ts"
import { currentFolder } from "../process.ts"
import { ignoresProject } from "../switch.ts"
import { launcher } from "./launcher.ts"

/** What Bun does that a connection is needed for, also where a file has such a name. */
const NETWORK_VERBS = " a add audit c create i info install outdated pm publish update upgrade "

/**
 * What becomes of this executable when it is started as Bun: it runs files, and `x NAME` is the program NAME from the
 * nearest node_modules, or from the kit.
 * @param words the executable's path first
 * @throws OfflineError when the program is not on disk, or anything else is asked for
 */
export function bunCommand(words: string[], cwd = currentFolder()): string[] {
  const verb = words[1] ?? ""
  if (verb === "x") return program(words, cwd)
  const shown = `\`bun ${spaced(words, 1)}\` was not run: OpenCode is offline`
  if (indexOf(verb, " ") === -1 && indexOf(NETWORK_VERBS, ` ${verb} `) !== -1)
    throw new OfflineError(`${shown} and it needs the npm registry`)
  if (!runsFile(words, cwd)) throw new OfflineError(`${shown}, and its own Bun then runs files only`)
  return words
}

/** `run NAME`, a file, or code on the command line; with options ahead of it, it could do anything. */
function runsFile(words: string[], cwd: string): boolean {
  const verb = words[1] ?? ""
  const name = words[2] ?? ""
  if (verb === "run") return name !== "" && !startsWith(name, "-")
  // What follows the code are options of Bun's, until `--` or a word that is none: a configuration runs a file ahead of the guard.
  if (verb === "-e" || verb === "-p" || verb === "--eval" || verb === "--print")
    return !startsWith(words[3] ?? "", "-") || words[3] === "--"
  if (verb === "--version" || verb === "--revision" || verb === "--help") return true
  return !startsWith(verb, "-") && isFile(resolve(cwd, verb))
}

/** The entry of `x NAME` in the nearest node_modules/.bin, or the kit's launcher. */
function program(words: string[], from: string): string[] {
  const self = words[0] ?? ""
  const name = words[2] ?? ""
  const given = rest(words, 3)
  const binary = withoutScope(name)
  const file = ignoresProject() ? undefined : inProject(binary, from)
  if (file) return prepend(self, prepend("run", prepend(file, given))) as string[]
  const inKit = launcher(binary, self)
  if (inKit) return prepend(inKit, given) as string[]
  throw new OfflineError(
    ignoresProject()
      ? `${name} was not run: OpenCode is offline and no kit beside this executable has it; what the project has in node_modules/.bin is left out`
      : `${name} was not run: OpenCode is offline and no node_modules/.bin at or above ${from} has it; install it in the project, or the kit beside this executable`,
  )
}

/** `@scope/name` is the program `name`. */
function withoutScope(name: string): string {
  const slash = indexOf(name, "/")
  return startsWith(name, "@") && slash > 1 ? slice(name, slash + 1) : name
}

function inProject(binary: string, from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const file = join(folder, "node_modules", ".bin", binary)
    if (existsSync(file)) return file
    if (folder === dirname(folder)) return undefined
  }
}

function isFile(file: string): boolean {
  try {
    return (statSync(file).mode & TYPE) === REGULAR
  } catch {
    return false
  }
}

/** Of a file's mode (inode(7)). */
const [TYPE, REGULAR] = [0o170000, 0o100000]
