/** How long a line may be: `lineWidth` of biome.json. */
const WIDTH = 110

/** JSON as `npm run check` wants it in this repository: a list of words on one line where it fits. Ends with a line break. */
export function printJson(value: unknown): string {
  const lists = /^(.*)\[\n\s+("(?:[^"\\]|\\.)*"(?:,\n\s+"(?:[^"\\]|\\.)*")*)\n\s+\](,?)$/gm
  const text = JSON.stringify(value, null, 2).replace(
    lists,
    (list, before: string, words: string, comma: string) => {
      const line = `${before}[${words.replace(/,\n\s+/g, ", ")}]${comma}`
      return line.length <= WIDTH ? line : list
    },
  )
  return `${text}\n`
}
