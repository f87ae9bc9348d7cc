import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { homedir } from "node:os"
import path from "node:path"
import { OfflineError } from "../error.ts"
import { importName } from "./format.ts"
import { bundleOf, textOf } from "./index.ts"

/**
 * A folder on disk that stands for a package inside: upstream reads a package's package.json, and imports the files that
 * it names. They hold nothing but the import of what is inside. It lies apart from upstream's own packages, as an
 * executable that is online, or upstream's, could not use it.
 * @throws OfflineError when it cannot be written
 */
export function folderOf(name: string, version: string): string {
  const folder = path.join(base(), `${name}@${version}`, "node_modules", name)
  const bundle = bundleOf(name)
  if (!bundle) throw new Error(`${name} is not inside`)
  const entries = Object.entries(bundle.specifiers)
    .filter(([specifier]) => specifier === name || specifier.startsWith(`${name}/`))
    .map(([specifier, file], index) => ({
      key: `.${specifier.slice(name.length)}`,
      target: `./entry-${index}.js`,
      text: reexport(importName(bundle, file), textOf(bundle, file)),
    }))
  const exports = Object.fromEntries(entries.map(({ key, target }) => [key, target]))
  const manifest = JSON.stringify({ name, version, type: "module", main: exports["."], exports })
  try {
    for (const { target, text } of entries) write(path.join(folder, target), text)
    write(path.join(folder, "package.json"), manifest)
  } catch (error) {
    throw new OfflineError(
      `The package ${name}@${version} is inside this executable and cannot be used: ${(error as Error).message}. Make ${base()} a folder that can be written to, or name another with XDG_CACHE_HOME`,
    )
  }
  return folder
}

function base(): string {
  return path.join(
    process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"),
    "opencode-offline",
    "packages",
  )
}

/** `export *` leaves the default out, and one that is not there may not be named. */
function reexport(from: string, text: string): string {
  const hasDefault = /\bexport\s+default\b|\bexport\s*\{[^}]*\bas default\b/.test(text)
  const lines = [`export * from ${JSON.stringify(from)}`]
  if (hasDefault) lines.push(`export { default } from ${JSON.stringify(from)}`)
  return `${lines.join("\n")}\n`
}

/** Leaves a file that is right as it is; else puts it there at once, as other processes may read it now. */
function write(file: string, text: string): void {
  if (read(file) === text) return
  mkdirSync(path.dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, text)
  renameSync(temporary, file)
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}
