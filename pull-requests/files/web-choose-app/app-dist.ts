import fs from "fs/promises"
import path from "path"

/** The files of a built web UI, by their paths in its folder. */
export async function listAppDist(root: string): Promise<Record<string, string>> {
  const entries = await fs.readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  return Object.fromEntries(files.map((file) => [path.relative(root, file).replaceAll("\\", "/"), file]))
}
