import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { candidateFolders, privateFolder } from "../assets/folder.ts"
import { type InsideBundle, importName } from "./format.ts"
import { bundleOf, textOf } from "./index.ts"

/**
 * A folder on disk that stands for a package inside: upstream reads a package's package.json, and imports the files that
 * it names. They hold nothing but the import of what is inside. It lies apart from upstream's own packages: an executable
 * that is online, or upstream's, has no use for it.
 * @param name of a package that `insidePackage` has
 * @returns the folder, or why none can be written
 */
export function folderOf(name: string): { folder: string } | { why: string } {
  const bundle = bundleOf(name)!
  const files = filesOf(bundle)
  const why: string[] = []
  for (const base of candidateFolders(process.env)) {
    const folder = path.join(base, "packages", `${name}@${bundle.version}`, "node_modules", name)
    try {
      privateFolder(base)
      for (const [file, text] of Object.entries(files)) put(path.join(folder, file), text)
      return { folder }
    } catch (error) {
      why.push(`${base}: ${(error as Error).message}`)
    }
  }
  return { why: `it is inside, and no folder that stands for it can be written: ${why.join("; ")}` }
}

/** package.json, and a file for each name that the package can be imported by. */
function filesOf(bundle: InsideBundle): Record<string, string> {
  const { name, version, specifiers } = bundle
  const files: Record<string, string> = {}
  const exports: Record<string, string> = {}
  for (const [specifier, file] of Object.entries(specifiers)) {
    if (specifier !== name && !specifier.startsWith(`${name}/`)) continue
    const target = `entry-${Object.keys(exports).length}.js`
    exports[`.${specifier.slice(name.length)}`] = `./${target}`
    files[target] = reexport(importName(bundle, file), textOf(bundle, file))
  }
  const main = exports["."]
  return { ...files, "package.json": JSON.stringify({ name, version, type: "module", main, exports }) }
}

/** `export *` leaves the default out, and one that is not there may not be named. */
function reexport(from: string, text: string): string {
  const hasDefault = /\bexport\s+default\b|\bexport\s*\{[^}]*\bas default\b/.test(text)
  const source = JSON.stringify(from)
  return `export * from ${source}\n${hasDefault ? `export { default } from ${source}\n` : ""}`
}

/** Leaves a file that is right as it is; else it is there at once, as another process may be reading it. */
function put(file: string, text: string): void {
  if (read(file) === text) return
  mkdirSync(path.dirname(file), { recursive: true })
  const beside = `${file}.${process.pid}`
  try {
    writeFileSync(beside, text)
    renameSync(beside, file)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}
