import { readFileSync } from "node:fs"
import path from "node:path"
import { OfflineError } from "./error.ts"
import { type InsidePackage, insidePackage } from "./inside/index.ts"
import { reportOnce } from "./report-once.ts"
import { ignoresProject } from "./switch.ts"

/** Upstream's folders, of which packages may lie in two. */
export interface Folders {
  cache: string
  config: string
}

/** Where a package is, or why it is nowhere. */
export type Search = { folder: string } | { inside: InsidePackage } | { why: string }

/**
 * Where a plugin or provider package is, instead of installing it: on disk, else inside the executable.
 * @param version what upstream asks for: `latest`, a version, or a range
 * @returns the package's folder, or what to import instead
 * @throws OfflineError that names the package, where it was looked for, and how to provide it
 */
export function onDisk(name: string, version = "latest", folders: Folders): string {
  const found = search(name, version, folders)
  if ("why" in found) throw missing(`${name}@${version}`, found.why, folders)
  return "folder" in found ? found.folder : found.inside.specifier
}

/** Looks for a package on disk, then inside the executable. The first that is there counts. */
export function search(name: string, version: string, folders: Folders): Search {
  const places = nodeModules(folders)
  for (const place of places) {
    const folder = path.join(place, name)
    const found = versionIn(folder)
    if (!found) continue
    return fits(found, version) ? { folder } : { why: `${folder} holds ${found}` }
  }
  const inside = insidePackage(name)
  if (inside && fits(inside.version, version)) return { inside }
  const none = `it is in none of ${places.join(", ")}`
  return { why: inside ? `${none}, and inside is ${inside.version}` : none }
}

/** The folders with packages that configuration may name; not the project's, when its code is left out. */
export function nodeModules({ cache, config }: Folders): string[] {
  const project = ignoresProject() ? [] : [path.join(process.cwd(), ".opencode")]
  return [cache, config, ...project].map((folder) => path.join(folder, "node_modules"))
}

/**
 * The error for a package that is nowhere. Upstream's own message names the package only in its log, so it is printed too.
 * @param otherwise a sentence about what else would do
 */
export function missing(spec: string, why: string, { config }: Folders, otherwise?: string): OfflineError {
  const sentence =
    `The package ${spec} is not installed and OpenCode is offline: ${why}. ` +
    `Provide it from a machine with a registry: npm install --prefix ${config} ${spec}`
  const error = new OfflineError(otherwise ? `${sentence}. ${otherwise}` : sentence)
  reportOnce(error.message)
  return error
}

function versionIn(folder: string): string | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")).version ?? "0.0.0"
  } catch {
    return undefined
  }
}

/** Whether a version is the one that is wanted, or in the range; of a tag (`latest`) or a place nobody can tell without a registry. */
function fits(found: string, wanted: string): boolean {
  const isRange = /\d/.test(wanted) && !/[:/]|^[a-uwyz]/i.test(wanted)
  return !isRange || Bun.semver.satisfies(found, wanted)
}
