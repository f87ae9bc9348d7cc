import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { chmod, lstat, readdir } from "node:fs/promises"
import { join, relative } from "node:path"
import { pipeline } from "node:stream/promises"
import { Failure } from "../lib/errors.ts"

/** A file below some folder. */
export interface KitFile {
  /** Relative to that folder. */
  path: string
  bytes: number
  sha256: string
}

/**
 * Lists the files of a folder with their hashes, sorted by path, and gives them the mode 0755 or 0644.
 * @throws Failure for a link or a name that the installer could not handle
 */
export async function listFiles(folder: string): Promise<KitFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort((a, b) => (a < b ? -1 : 1))
  const files: KitFile[] = []
  for (const path of paths) {
    const file = join(folder, path)
    const { mode, size } = await regular(file, path)
    await chmod(file, mode & 0o111 ? 0o755 : 0o644)
    files.push({ path, bytes: size, sha256: await sha256(file) })
  }
  return files
}

async function regular(file: string, path: string) {
  const found = await lstat(file)
  // The installer's lists have a path a line, and its commands take them as words.
  if (found.isFile() && /^[\w.@$+/-]+$/.test(path)) return found
  throw new Failure({
    what: `${path} cannot be in the kit`,
    why: found.isFile() ? "its name has a character that the installer does not handle" : "it is no file",
    next: "pin another version of its package in kit/package.json, as docs/kit.md says",
  })
}

/** The sha256 of a file, in hex. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256")
  await pipeline(createReadStream(file), hash)
  return hash.digest("hex")
}
