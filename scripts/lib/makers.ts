import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { dirname, join } from "node:path"

const LOCKFILE = join(import.meta.dirname, "../../package-lock.json")

/** A relative import of a file: all else comes from a package, which the lockfile names by hash. */
const IMPORT = /(?:from|import) ?\(?"(\.{1,2}\/[^"\n]+)"/g

/**
 * Names the code that makes something, for the key of a cache: the file, all that it imports, the packages, the runtime.
 * @param file absolute, such as `import.meta.filename`
 * @returns a sha256 in hex
 */
export async function hashMakers(file: string): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(process.versions))
  for (const maker of [...(await closure(file)).sort(), LOCKFILE]) hash.update(await readFile(maker))
  return hash.digest("hex")
}

/** The file and all that it imports by a relative path. */
async function closure(file: string, reached = new Set<string>()): Promise<string[]> {
  if (!reached.has(file)) {
    reached.add(file)
    for (const [, path] of (await readFile(file, "utf8")).matchAll(IMPORT))
      await closure(join(dirname(file), path!), reached)
  }
  return [...reached]
}
