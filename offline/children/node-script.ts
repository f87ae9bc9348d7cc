import { closeSync, openSync, readSync } from "node:fs"
import { resolve } from "node:path"
import { Bytes, charCodeAt, fromCharCode, indexOf, slice, startsWith } from "../primordials.ts"
import { currentFolder } from "../process.ts"
import { liesIn } from "./installed.ts"

/**
 * The file of a package's program that is written for Node, which this executable can run as Bun.
 * @param command as it is to be started
 * @returns undefined for any other command
 */
export function nodeScript(command: string | undefined, cwd = currentFolder()): string | undefined {
  if (command === undefined || !liesIn(command, "/node_modules/.bin")) return undefined
  const file = resolve(cwd, command)
  return asksForNode(firstLine(file)) ? file : undefined
}

/** Whether a script's first line names Node, by its path or for `env`. */
function asksForNode(line: string): boolean {
  if (!startsWith(line, "#!")) return false
  for (let at = indexOf(line, NODE); at !== -1; at = indexOf(line, NODE, at + 1)) {
    const end = at + NODE.length
    if (indexOf("/\\ ", slice(line, at - 1, at)) !== -1 && !isInWord(line, end)) return true
  }
  return false
}

const NODE = "node"

function isInWord(text: string, index: number): boolean {
  if (index >= text.length) return false
  const code = charCodeAt(text, index)
  const letter = code | 0x20
  return (code >= 0x30 && code <= 0x39) || (letter >= 0x61 && letter <= 0x7a) || code === 0x5f
}

function firstLine(file: string): string {
  let descriptor: number | undefined
  try {
    descriptor = openSync(file, "r")
    const head = new Bytes(128)
    const length = readSync(descriptor, head, 0, 128, 0)
    let line = ""
    for (let index = 0; index < length && head[index] !== LINE_END; index++)
      line += fromCharCode(head[index]!)
    return line
  } catch {
    return ""
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

const LINE_END = 0x0a
