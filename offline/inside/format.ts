/** The packages inside the executable: what the build writes and the offline module reads. */

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

/** What the module holds that lists the packages. */
export interface InsideIndex {
  bundles: InsideBundle[]
}

/** The name under which a file of a bundle is imported. */
export function importName({ name, version }: { name: string; version: string }, file: string): string {
  return `${PREFIX}${name}@${version}/${file}`
}
