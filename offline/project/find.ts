import { existsSync, readdirSync } from "node:fs"
import path from "node:path"
import { parseConfig } from "../config-text.ts"
import { readSmallFile } from "../read-file.ts"
import { isKnownPackage } from "./known.ts"
import type { Found } from "./say.ts"
import { leaveOutCode } from "./settings.ts"
import { hasProgram, runsShell } from "./shell.ts"
import { isOwnFolder, isTrusted } from "./trust.ts"

const FILES = ["opencode.json", "opencode.jsonc", "tui.json", "tui.jsonc"]

/**
 * What the project in a folder has that would run code: in its files of configuration, and in the folders `.opencode`,
 * from there up to the root of the repository. What cannot be read is left to upstream, which reads it the same way.
 */
export function findCode(directory: string, env: NodeJS.ProcessEnv): Found[] {
  return foldersUp(directory).flatMap((folder) => {
    const configuration = path.join(folder, ".opencode")
    return [...inFiles(folder, env), ...inFiles(configuration, env), ...inFolder(configuration)]
  })
}

/** Files that are imported as soon as they are there. */
export function importedFiles(folder: string, kinds: readonly string[]): string[] {
  return kinds.flatMap((kind) =>
    list(path.join(folder, kind))
      .filter((name) => /\.[jt]s$/.test(name))
      .map((name) => `${kind}/${name}`),
  )
}

function inFiles(folder: string, env: NodeJS.ProcessEnv): Found[] {
  return FILES.map((name) => path.join(folder, name)).flatMap((file) => {
    if (isTrusted(file)) return []
    const text = read(file)
    if (text === undefined) return []
    const { value, malformed } = parseConfig(text, folder, env)
    if (malformed) return []
    const names = [...leaveOutCode(value, isKnownPackage).leftOut, ...inCommands(value)]
    return names.length > 0 ? [{ where: file, names }] : []
  })
}

/** The commands of a file of configuration that have a shell run something. */
export function inCommands(value: unknown): string[] {
  const { command, commands } = (value ?? {}) as Record<
    string,
    Record<string, { template?: unknown }> | undefined
  >
  return Object.entries({ ...command, ...commands })
    .filter(([, item]) => typeof item?.template === "string" && runsShell(item.template))
    .map(([name]) => `the shell's part of command.${name}`)
}

function inFolder(folder: string): Found[] {
  if (isOwnFolder(folder)) return []
  const texts = list(folder, true).filter((name) => /^(agent|command|mode)s?[\\/].*\.md$/.test(name))
  const names = [
    ...importedFiles(folder, ["plugin", "plugins", "tool", "tools"]),
    ...texts.flatMap((name) => inText(name, read(path.join(folder, name)) ?? "")),
  ]
  return names.length > 0 ? [{ where: folder, names }] : []
}

function inText(name: string, text: string): string[] {
  if (hasProgram(text)) return [`the program ahead of ${name}`]
  return /^command/.test(name) && runsShell(text) ? [`the shell's part of ${name}`] : []
}

function foldersUp(directory: string): string[] {
  const folders: string[] = []
  for (let folder = path.resolve(directory); ; folder = path.dirname(folder)) {
    folders.push(folder)
    if (folder === path.dirname(folder) || existsSync(path.join(folder, ".git"))) return folders
  }
}

function list(folder: string, recursive = false): string[] {
  try {
    return readdirSync(folder, { recursive, encoding: "utf8" })
  } catch {
    return []
  }
}

function read(file: string): string | undefined {
  try {
    return readSmallFile(file)
  } catch {
    return undefined
  }
}
