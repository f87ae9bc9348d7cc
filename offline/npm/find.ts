import { readFileSync, statSync } from "node:fs"
import { homedir } from "node:os"
import path from "node:path"
import { userConfigFile } from "../config-files.ts"
import type { OfflineError } from "../error.ts"
import { folderOf } from "../inside/folder.ts"
import { provide } from "../inside/provide.ts"
import { type Folders, missing, search } from "../packages.ts"
import { isOwnFolder } from "../project/trust.ts"
import { ignoresProject } from "../switch.ts"
import { fetchRefusal, type NpmConfig } from "./registry.ts"
import { parseSpec } from "./spec.ts"

/** A package that upstream need not install. */
export interface Installed {
  name: string
  directory: string
}

/**
 * What upstream is to do about a package, offline.
 * @param spec what it would have npm install
 * @param place the folder that it would have npm do this in
 * @param config npm's settings there
 * @returns where the package is; or the error to fail with; or undefined when npm may fetch it
 */
export function findPackage(
  spec: string,
  place: string,
  config: NpmConfig,
): Installed | OfflineError | undefined {
  const found = installed(spec, place)
  if ("why" in found) {
    const refused = fetchRefusal(parseSpec(spec), config)
    if (refused === undefined) return undefined
    const full = spec.includes("@", 1) ? spec : `${spec}@latest`
    return missing(full, found.why, upstreamFolders(), `Or: ${refused}`)
  }
  const entry = entryOf(found)
  if (entry) provide(entry)
  return found
}

/**
 * Whether npm may fetch what upstream adds to a configuration folder; what is in the folder is fetched with it. Nothing is
 * for a project's whose code is left out.
 */
export function mayInstall(
  added: { name: string }[] | undefined,
  config: NpmConfig,
  folder: string,
): boolean {
  if (ignoresProject() && !isOwnFolder(folder)) return false
  return (added ?? []).every(({ name }) => fetchRefusal(parseSpec(name), config) === undefined)
}

function installed(spec: string, place: string): Installed | { why: string } {
  const parsed = parseSpec(spec)
  const name = parsed.name ?? onlyDependency(place)
  const own = name && path.join(place, "node_modules", name)
  if (own && isFolder(own)) return { name, directory: own }
  if (!("version" in parsed)) return { why: `${place} does not hold it` }
  const found = search(parsed.name, parsed.version, upstreamFolders())
  if ("why" in found) return found
  if ("folder" in found) return { name: parsed.name, directory: found.folder }
  const standIn = folderOf(parsed.name)
  if ("why" in standIn) return standIn
  // Its files import what is inside by names that are not there until this.
  provide(found.inside.specifier)
  return { name: parsed.name, directory: standIn.folder }
}

/** What npm installed there under a name that was not asked for: upstream has a folder for each that it adds. */
function onlyDependency(place: string): string | undefined {
  try {
    const { dependencies } = JSON.parse(readFileSync(path.join(place, "package.json"), "utf8"))
    const names = Object.keys(dependencies)
    return names.length === 1 ? names[0] : undefined
  } catch {
    return undefined
  }
}

function entryOf({ name, directory }: Installed): string | undefined {
  try {
    return Bun.resolveSync(name, directory)
  } catch {
    return undefined
  }
}

function isFolder(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true
}

/** Upstream's folders for this user, as it finds them itself. */
export function upstreamFolders(env: NodeJS.ProcessEnv = process.env): Folders {
  const cache = env.XDG_CACHE_HOME || path.join(homedir(), ".cache")
  return { cache: path.join(cache, "opencode"), config: path.dirname(userConfigFile(env)) }
}
