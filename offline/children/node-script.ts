import { closeSync, openSync, readSync } from "node:fs"
import path from "node:path"

const IN_BIN = /[\\/]node_modules[\\/]\.bin[\\/][^\\/]+$/

/**
 * The file of a package's program that is written for Node, which this executable can run as Bun.
 * @param command as it is to be started
 * @returns undefined for any other command
 */
export function nodeScript(command: string | undefined, cwd = process.cwd()): string | undefined {
  if (command === undefined || !IN_BIN.test(command)) return undefined
  const file = path.resolve(cwd, command)
  return /^#!.*[\\/ ]node\b/.test(firstLine(file)) ? file : undefined
}

function firstLine(file: string): string {
  let descriptor: number | undefined
  try {
    descriptor = openSync(file, "r")
    const head = Buffer.alloc(128)
    const [line = ""] = head.toString("latin1", 0, readSync(descriptor, head)).split("\n")
    return line
  } catch {
    return ""
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
