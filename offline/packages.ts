import { readFileSync } from "node:fs"
import path from "node:path"
import { OfflineError } from "./error.ts"
import { insidePackage } from "./inside/index.ts"

/** Upstream's folders, of which packages may lie in two. */
export interface Folders {
  cache: string
  config: string
}

/**
 * Where a plugin or provider package is, instead of installing it: on disk, else inside the executable.
 * @param version what upstream asks for: `latest`, a version, or a range
 * @returns the package's folder, or what to import instead
 * @throws OfflineError that names the package, where it was looked for, and how to provide it
 */
export function onDisk(name: string, version = "latest", folders: Folders): string {
  const places = [folders.cache, folders.config, path.join(process.cwd(), ".opencode")]
  for (const place of places) {
    const folder = path.join(place, "node_modules", name)
    const found = versionIn(folder)
    if (!found) continue
    if (fits(found, version)) return folder
    throw missing(name, version, `${folder} holds ${found}`, folders)
  }
  const inside = insidePackage(name)
  if (inside && fits(inside.version, version)) return inside.specifier
  const none = `it is in none of ${places.map((place) => path.join(place, "node_modules")).join(", ")}`
  throw missing(name, version, inside ? `${none}, and inside is ${inside.version}` : none, folders)
}

function versionIn(folder: string): string | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")).version ?? "0.0.0"
  } catch {
    return undefined
  }
}

function fits(found: string, wanted: string): boolean {
  const isExact = /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(wanted)
  return !isExact || wanted === found
}

const reported = new Set<string>()

function missing(name: string, version: string, why: string, folders: Folders): OfflineError {
  const error = new OfflineError(
    `The package ${name}@${version} is not installed and OpenCode is offline: ${why}. ` +
      `Provide it from a machine with a registry: npm install --prefix ${folders.config} ${name}@${version}`,
  )
  // Upstream's own message names the package only in its log. In a worker the TUI shows the error; a line would tear its screen.
  if (Bun.isMainThread && !reported.has(name)) process.stderr.write(`! ${error.message}\n`)
  reported.add(name)
  return error
}
