import { endsWith, lastIndexOf, slice } from "../primordials.ts"
import { withSlashes } from "../system.ts"

/**
 * Whether a file lies in a folder, and in none below it, by its path alone: slashes of both kinds count.
 * @param folder the end of the folder's path, with a slash ahead of it
 */
export function liesIn(file: string, folder: string): boolean {
  const text = withSlashes(file, "win32")
  const end = lastIndexOf(text, "/")
  return end > 0 && end < text.length - 1 && endsWith(slice(text, 0, end), folder)
}
