import { readFile } from "node:fs/promises"
import { join } from "node:path"

/** A page of docs/, and what a test takes out of it: what is tried is then what the page says. */
export interface Page {
  text: string
  /** The fenced block below the line that contains these words. Throws an Error when there is no such line, or no block. */
  block(words: string): string
  /** The same, of lines `NAME=value`, as an environment. */
  env(words: string): Record<string, string>
  /** The cells of the rows of the table below that line, without its head. */
  table(words: string): string[][]
}

/** Reads a page by its name in docs/. */
export async function readPage(name: string): Promise<Page> {
  const text = await readFile(join(import.meta.dirname, "../../docs", name), "utf8")
  const lines = text.split("\n")
  const below = (words: string) => {
    const at = lines.findIndex((line) => line.includes(words))
    if (at < 0) throw new Error(`docs/${name} has no line with "${words}"`)
    return lines.slice(at + 1)
  }
  const block = (words: string) => {
    const rest = below(words)
    const start = rest.findIndex((line) => line.startsWith("```"))
    const end = rest.indexOf("```", start + 1)
    if (start < 0 || end < 0) throw new Error(`docs/${name} has no block below "${words}"`)
    return `${rest.slice(start + 1, end).join("\n")}\n`
  }
  return {
    text,
    block,
    env: (words) =>
      Object.fromEntries(Array.from(block(words).matchAll(/^(\w+)=(.*)$/gm), ([, ...pair]) => pair)),
    table(words) {
      const rest = below(words)
      const start = rest.findIndex((line) => line.startsWith("| "))
      const length = rest.slice(start).findIndex((line) => !line.startsWith("|"))
      const rows = rest.slice(start + 2, length < 0 ? undefined : start + length)
      if (start < 0 || rows.length === 0) throw new Error(`docs/${name} has no table below "${words}"`)
      return rows.map((row) =>
        row
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      )
    },
  }
}
