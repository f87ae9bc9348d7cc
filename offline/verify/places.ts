import { existsSync } from "node:fs"
import path from "node:path"

/** A list of sums, and the folders that it speaks of. */
export interface Place {
  list: string
  /** The folder that its paths begin in. */
  base: string
  /** The folder in which it names every file, below `base`. */
  whole: string
}

/** What an installed kit's folder is called, below `lib`; its list's paths begin in the prefix. */
const KIT = "lib/opencode-kit"

/** What a list of sums says, by where it stands: in a kit that is installed, or in a release. */
export function placeOf(list: string): Place {
  const folder = path.dirname(path.resolve(list))
  const prefix = path.resolve(folder, "../..")
  return path.join(prefix, KIT) === folder
    ? { list, base: prefix, whole: KIT }
    : { list, base: folder, whole: "." }
}

/**
 * The list that an executable came with: of its kit, else beside it.
 * @returns undefined when there is none
 */
export function findList(executable: string): string | undefined {
  const folder = path.dirname(executable)
  const candidates = [path.resolve(folder, "..", KIT, "SHA256SUMS"), path.join(folder, "SHA256SUMS")]
  return candidates.find((file) => existsSync(file))
}
