import path from "node:path"
import { type Expected, isRunnable } from "./assets/put.ts"
import { inKit } from "./children/launcher.ts"
import { writablePart } from "./file-rights.ts"

/**
 * A program that is inside the executable, where an administrator has installed it as a file beside: packages and kits do.
 * Machines that run only what a list of theirs knows, or mount what users write to without the right to run it, want that.
 * It counts only when it is what is inside, byte for byte, and this user can write neither to it nor to a folder above.
 * @returns undefined when there is none that counts
 */
export function installedProgram(
  name: string,
  expected: Expected,
  file = inKit("programs", name),
  uid = process.getuid?.(),
): string | undefined {
  if (file === undefined || name !== path.basename(name)) return undefined
  try {
    return writablePart(file, uid) === undefined && isRunnable(file, expected) ? file : undefined
  } catch {
    return undefined
  }
}
