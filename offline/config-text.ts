import { homedir } from "node:os"
import path from "node:path"
import { getNodeValue, type Node, type ParseError, parseTree } from "jsonc-parser"
import { readSmallFile } from "./read-file.ts"

/** What a configuration file says, as far as it can be read. */
export interface ParsedConfig {
  /** An object, or whatever else the text is. In a malformed text, what stood before the fault. */
  value: unknown
  malformed: boolean
  /** The first key that stands twice in the object `offline`, or that key itself when it does; undefined when none. */
  repeated: string | undefined
}

/**
 * Reads a configuration text as upstream does: `{env:NAME}` and `{file:PATH}` are put in first, then it is JSON with
 * comments and trailing commas.
 * @param folder what a relative PATH starts from; undefined leaves such references as they are
 */
export function parseConfig(text: string, folder: string | undefined, env: NodeJS.ProcessEnv): ParsedConfig {
  return parseFixed(substitute(text, folder, env))
}

/** The same without putting anything in: what no variable and no other file can change. */
export function parseFixed(text: string): ParsedConfig {
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { allowTrailingComma: true })
  const repeated = keysOf(root).filter(({ name }) => name === "offline")
  return {
    value: root && getNodeValue(root),
    malformed: errors.length > 0,
    repeated: repeated.length > 1 ? "offline" : repeatedKey(repeated[0]?.value),
  }
}

/** The first key that stands twice in an object of a JSON text, or in one below it. */
export function repeatedKey(node: Node | undefined): string | undefined {
  const keys = keysOf(node)
  const twice = keys.find(({ name }, index) => keys.findIndex((other) => other.name === name) !== index)
  if (twice) return twice.name
  for (const { value } of keys) {
    const below = repeatedKey(value)
    if (below !== undefined) return below
  }
  return undefined
}

function keysOf(node: Node | undefined): { name: string; value: Node | undefined }[] {
  if (node?.type !== "object") return []
  return (node.children ?? []).map(({ children: [key, value] = [] }) => ({ name: String(key?.value), value }))
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
