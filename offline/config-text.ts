import { homedir } from "node:os"
import path from "node:path"
import { type ParseError, parse } from "jsonc-parser"
import { readSmallFile } from "./read-file.ts"

/** What a configuration file says, as far as it can be read. */
export interface ParsedConfig {
  /** An object, or whatever else the text is. In a malformed text, what stood before the fault. */
  value: unknown
  malformed: boolean
}

/**
 * Reads a configuration text as upstream does: `{env:NAME}` and `{file:PATH}` are put in first, then it is JSON with
 * comments and trailing commas.
 * @param folder what a relative PATH starts from; undefined leaves such references as they are
 */
export function parseConfig(text: string, folder: string | undefined, env: NodeJS.ProcessEnv): ParsedConfig {
  const errors: ParseError[] = []
  const value: unknown = parse(substitute(text, folder, env), errors, { allowTrailingComma: true })
  return { value, malformed: errors.length > 0 }
}

function substitute(text: string, folder: string | undefined, env: NodeJS.ProcessEnv): string {
  const withEnv = text.replace(/\{env:([^}]+)\}/g, (_, name: string) => env[name] || "")
  return withEnv.replace(/\{file:([^}]+)\}/g, (token, name: string, offset: number) => {
    if (/^\s*\/\//.test(withEnv.slice(withEnv.lastIndexOf("\n", offset) + 1, offset))) return token
    const file = name.startsWith("~/") ? path.join(homedir(), name.slice(2)) : name
    if (!path.isAbsolute(file) && folder === undefined) return token
    try {
      const content = readSmallFile(path.resolve(folder ?? "/", file))
      return content === undefined ? token : JSON.stringify(content.trim()).slice(1, -1)
    } catch {
      return token
    }
  })
}
