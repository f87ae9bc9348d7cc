/** The packages inside the executable: what the build writes and the offline module reads. */

/** Lists what is inside, as JSON: {@link InsideIndex}. */
export const INDEX_MODULE = "/$bunfs/root/offline-packages.json"

/** In front of the names under which the files of a bundle are imported: PREFIX, `name@version`, `/`, the file. */
export const PREFIX = "opencode-offline:"

/** A package together with all that it imports. */
export interface InsideBundle {
  name: string
  version: string
  /** What can be imported, `zod` or `zod/v4`, and the file of the bundle that it is. */
  specifiers: Record<string, string>
  /** All files that are code. */
  files: string[]
}

export interface InsideIndex {
  bundles: InsideBundle[]
}

/** The module that holds a bundle's files: JSON with their texts by name, compressed with brotli. */
export function bundleModuleName({ name, version }: { name: string; version: string }): string {
  return `/$bunfs/root/offline-packages/${name}@${version}.br`
}

/** The name under which a file of a bundle is imported. */
export function importName({ name, version }: { name: string; version: string }, file: string): string {
  return `${PREFIX}${name}@${version}/${file}`
}
