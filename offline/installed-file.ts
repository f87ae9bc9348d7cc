import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import path from "node:path"
import { type Expected, isRunnable } from "./assets/put.ts"
import { inKit } from "./children/launcher.ts"
import { writablePart } from "./file-rights.ts"

/**
 * A program or library that is inside the executable, where an administrator has installed it as a file beside: packages
 * and kits do. Machines that run only what a list of theirs knows, or mount what users write to without the right to run it,
 * want that. It counts only when it is what is inside, byte for byte, and this user can write neither to it nor to a folder
 * above.
 * @returns undefined when there is none that counts
 */
export function installedFile(
  name: string,
  expected: Expected,
  file = inKit("native", name),
  uid = process.getuid?.(),
): string | undefined {
  if (file === undefined || name !== path.basename(name)) return undefined
  try {
    return writablePart(file, uid) === undefined && isRunnable(file, expected) ? file : undefined
  } catch {
    return undefined
  }
}

/**
 * Where a native library of upstream's is loaded from: the file that is installed, else the one inside, which Bun unpacks into
 * the temporary folder.
 * @param inside its path inside the executable
 */
export function nativeLibrary(
  inside: string,
  file = inKit("native", path.basename(inside)),
  uid = process.getuid?.(),
): string {
  if (file === undefined) return inside
  const contents = readFileSync(inside)
  const sha256 = createHash("sha256").update(contents).digest("hex")
  return installedFile(path.basename(inside), { sha256, bytes: contents.length }, file, uid) ?? inside
}
