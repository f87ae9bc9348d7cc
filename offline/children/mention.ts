import { indexOf, slice } from "../primordials.ts"
import { AS_BUN } from "./environment.ts"

/** Whether a word has whoever reads it start this executable as Bun. */
export function mentionsBun(text: string): boolean {
  return indexOf(withoutQuotes(text), AS_BUN) !== -1
}

/** Text as a shell reads it: a name may stand in quotes, part by part. */
function withoutQuotes(text: string): string {
  let plainText = ""
  for (let index = 0; index < text.length; index++) {
    const letter = slice(text, index, index + 1)
    if (indexOf("\"'\\", letter) === -1) plainText += letter
  }
  return plainText
}
