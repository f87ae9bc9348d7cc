import { existsSync, readdirSync } from "node:fs"
import path from "node:path"
import { launcher } from "../children/launcher.ts"
import { nodeModules } from "../packages.ts"
import { reportOnce } from "../report-once.ts"
import { ignoresProject } from "../switch.ts"
import { upstreamFolders } from "./find.ts"
import { fetchRefusal, type NpmConfig } from "./registry.ts"
import { parseSpec } from "./spec.ts"

/**
 * A language server or formatter that upstream would have npm install.
 * @param name the package
 * @param named its program, where the package has several
 * @param place the folder that upstream would install it in
 * @param config npm's settings there
 * @returns its path; null when there is none, which is said once; undefined when upstream is to look itself: it has it, or
 *   npm may fetch it
 */
export function findProgram(
  name: string,
  named: string | undefined,
  place: string,
  config: NpmConfig,
): string | null | undefined {
  if (entries(path.join(place, "node_modules", ".bin")) > 0) return undefined
  const program = named ?? name.replace(/^@[^/]+\//, "")
  const found =
    (ignoresProject() ? undefined : inProject(program)) ?? configured(program) ?? launcher(program)
  if (found) return found
  const refused = fetchRefusal(parseSpec(name), config)
  if (refused === undefined) return undefined
  reportOnce(
    `${program} is not there and OpenCode is offline: ${ignoresProject() ? LEFT_OUT : lookedIn(name)}. Or: ${refused}`,
  )
  return null
}

const LEFT_OUT =
  "what the project has in node_modules/.bin is left out, as a project's code is not run, and no kit is beside this executable. Install the kit"

function lookedIn(name: string): string {
  return `no node_modules/.bin at or above ${process.cwd()} has it, and no kit beside this executable. Install ${name} in the project, or the kit`
}

function inProject(program: string): string | undefined {
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    const file = path.join(folder, "node_modules", ".bin", program)
    if (existsSync(file)) return file
    if (folder === path.dirname(folder)) return undefined
  }
}

function configured(program: string): string | undefined {
  return nodeModules(upstreamFolders())
    .map((folder) => path.join(folder, ".bin", program))
    .find((file) => existsSync(file))
}

function entries(folder: string): number {
  try {
    return readdirSync(folder).length
  } catch {
    return 0
  }
}
