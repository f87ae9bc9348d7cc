import { existsSync, statSync } from "node:fs"
import path from "node:path"
import { OfflineError } from "../error.ts"
import { startsWith } from "../primordials.ts"
import { ignoresProject } from "../switch.ts"
import { launcher } from "./launcher.ts"

/** What Bun does that a connection is needed for, also where a file has such a name. */
const NETWORK_VERBS = new Set(
  "a add audit c create i info install outdated pm publish update upgrade".split(" "),
)

/**
 * What becomes of this executable when it is started as Bun: it runs files, and `x NAME` is the program NAME from the
 * nearest node_modules, or from the kit.
 * @param words the executable's path first
 * @throws OfflineError when the program is not on disk, or anything else is asked for
 */
export function bunCommand(words: string[], cwd = process.cwd()): string[] {
  const [self = "", verb = "", ...rest] = words
  if (verb === "x") return program(self, rest, cwd)
  const shown = `\`bun ${words.slice(1).join(" ")}\` was not run: OpenCode is offline`
  if (NETWORK_VERBS.has(verb)) throw new OfflineError(`${shown} and it needs the npm registry`)
  if (!runsFile(words, cwd)) throw new OfflineError(`${shown}, and its own Bun then runs files only`)
  return words
}

/** `run NAME`, a file, or code on the command line; with options ahead of it, it could do anything. */
function runsFile([, verb = "", name = ""]: string[], cwd: string): boolean {
  if (verb === "run") return name !== "" && !startsWith(name, "-")
  if (verb === "-e" || verb === "-p" || verb === "--eval" || verb === "--print") return true
  if (verb === "--version" || verb === "--revision" || verb === "--help") return true
  return !startsWith(verb, "-") && isFile(path.resolve(cwd, verb))
}

/** That name's entry in the nearest node_modules/.bin, or the kit's launcher. */
function program(self: string, [name = "", ...rest]: string[], from: string): string[] {
  const binary = name.replace(/^@[^/]+\//, "")
  const file = ignoresProject() ? undefined : inProject(binary, from)
  if (file) return [self, "run", file, ...rest]
  const inKit = launcher(binary)
  if (inKit) return [inKit, ...rest]
  throw new OfflineError(
    ignoresProject()
      ? `${name} was not run: OpenCode is offline and no kit beside this executable has it; what the project has in node_modules/.bin is left out`
      : `${name} was not run: OpenCode is offline and no node_modules/.bin at or above ${from} has it; install it in the project, or the kit beside this executable`,
  )
}

function inProject(binary: string, from: string): string | undefined {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    const file = path.join(folder, "node_modules", ".bin", binary)
    if (existsSync(file)) return file
    if (folder === path.dirname(folder)) return undefined
  }
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile()
  } catch {
    return false
  }
}
