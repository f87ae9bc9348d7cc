/** A file, a folder or a link, as archives of packages and images hold it. */
export type Entry = Place & ({ data: Uint8Array } | { link: string } | { isFolder: true })

interface Place {
  /** Below the root, without a slash ahead. */
  path: string
  /** Permission bits. */
  mode: number
  /** The number of whom it belongs to, user and group alike; root's unless it is there. */
  owner?: number
}

const FOLDER_MODE = 0o755

/**
 * All entries with the folders that they lie in, sorted, so that each folder comes ahead of what is in it.
 * @throws Error when two have one path, or a path does not lie below the root
 */
export function inOrder(entries: Entry[]): Entry[] {
  const all = new Map<string, Entry>()
  for (const entry of entries) {
    const parts = entry.path.split("/")
    if (parts.some((part) => ["", ".", ".."].includes(part))) throw new Error(`${entry.path} is no path`)
    if (all.has(entry.path)) throw new Error(`${entry.path} is there twice`)
    all.set(entry.path, entry)
  }
  for (const { path } of entries) {
    const parts = path.split("/")
    for (let count = 1; count < parts.length; count++) {
      const folder = parts.slice(0, count).join("/")
      const there = all.get(folder)
      if (there && !("isFolder" in there)) throw new Error(`${folder} is a folder, and is not`)
      if (!there) all.set(folder, { path: folder, mode: FOLDER_MODE, isFolder: true })
    }
  }
  return [...all.values()].sort(({ path: a }, { path: b }) => (a < b ? -1 : 1))
}

/** The bytes of an entry: of a link, those of where it leads. */
export function bytesOf(entry: Entry): Uint8Array {
  if ("data" in entry) return entry.data
  return "link" in entry ? Buffer.from(entry.link) : new Uint8Array()
}
