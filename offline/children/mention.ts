import { indexOf, slice, toLowerCase } from "../primordials.ts"
import { AS_BUN } from "./environment.ts"

/** Whether a word has whoever reads it start this executable as Bun; on Windows its case does not matter. */
export function mentionsBun(text: string): boolean {
  return indexOf(toLowerCase(withoutQuotes(text)), toLowerCase(AS_BUN)) !== -1
}

/** Text as a shell reads it: a name may stand in quotes, part by part. The last two are of those of Windows. */
function withoutQuotes(text: string): string {
  let plainText = ""
  for (let index = 0; index < text.length; index++) {
    const letter = slice(text, index, index + 1)
    if (indexOf("\"'\\^`", letter) === -1) plainText += letter
  }
  return plainText
}
