import { existsSync, readFileSync, statSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { CONFIGURED, configurationFolder } from "./configuration.ts"
import { PREFIX } from "./format.ts"
import { importsOf, isModule, packageOf, renameImports, statementImportsOf } from "./imports.ts"
import { insideFiles, insideModule } from "./index.ts"
import { reportMissing } from "./missing.ts"

/**
 * To be called with what is about to be imported from disk: a plugin or a provider package. Has what it imports
 * come from inside the executable where no node_modules folder has it. Bun asks no hook about the import of a
 * bare name, so the text of a file that needs one is changed as it is loaded; all other files are left to Bun.
 * @param specifier a path, a `file:` URL, or a name that `insidePackage` gave
 */
export function provide(specifier: string): void {
  if (specifier.startsWith(PREFIX)) registerModules()
  else {
    const file = locate(specifier.startsWith("file:") ? fileURLToPath(specifier) : specifier, "/")
    // What lies in a configuration folder is changed as it is loaded: core/config-imports.ts.
    if (file && !CONFIGURED.test(file)) provideFiles(filesInNeed(file, undefined), undefined)
  }
}

/** A query that has Bun load a file as it is. */
const UNCHANGED = "?unchanged"

/** What Bun is to load for a tool or plugin of a configuration folder, after which it loads what that leads to. */
export function loadConfigured(file: string): Bun.OnLoadResult {
  const text = readFileSync(file, "utf8")
  if (!isModule(file, text)) {
    // Contents given here are taken for an ES module.
    const name = JSON.stringify(`${file}${UNCHANGED}`)
    return { contents: `export * from ${name}\nexport { default } from ${name}\n`, loader: "js" }
  }
  const home = configurationFolder(file)
  const files = filesInNeed(file, home)
  provideFiles(
    files.filter((other) => other !== file),
    home,
  )
  if (files.length > 0) registerModules()
  return changed(file, home)
}

/** The files, of those that `entry` leads to by relative imports, that import what only the executable has. */
function filesInNeed(entry: string, home: string | undefined, seen = new Set<string>()): string[] {
  if (seen.has(entry)) return []
  seen.add(entry)
  const text = read(entry)
  if (text === undefined || !isModule(entry, text)) return []
  const imports = importsOf(text)
  for (const missing of statementImportsOf(text)) {
    if (packageOf(missing) && !insideModule(missing) && !locate(missing, path.dirname(entry)))
      reportMissing(entry, missing)
  }
  const next = imports
    .filter((specifier) => /^\.{1,2}\//.test(specifier))
    .flatMap((specifier) => locate(specifier, path.dirname(entry)) ?? [])
  const found = next.flatMap((file) => filesInNeed(file, home, seen))
  return imports.some((specifier) => replacement(specifier, entry, home)) ? [entry, ...found] : found
}

/** What to import instead of `specifier`; undefined when the executable has no such thing, or the disk has. */
function replacement(specifier: string, importer: string, home: string | undefined): string | undefined {
  const name = packageOf(specifier)
  const inside = name && insideModule(specifier)
  return inside && !isOnDisk(name, path.dirname(importer), home) ? inside : undefined
}

/** Looks as Bun does, from folder to folder, but not above `home`: there upstream would have installed it. */
function isOnDisk(name: string, from: string, home: string | undefined): boolean {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "node_modules", name, "package.json"))) return true
    if (folder === home || folder === path.dirname(folder)) return false
  }
}

/** The files that are changed as they are loaded, each with the folder above which its imports are not looked for. */
const hooked = new Map<string, string | undefined>()

function provideFiles(files: string[], home: string | undefined): void {
  const fresh = files.filter((file) => !hooked.has(file) && !CONFIGURED.test(file))
  if (fresh.length === 0) return
  registerModules()
  for (const file of fresh) hooked.set(file, home)
  const filter = new RegExp(`^(${fresh.map(escapeRegExp).join("|")})$`)
  Bun.plugin({
    name: "opencode-offline files",
    setup: (build) => void build.onLoad({ filter }, ({ path: file }) => changed(file, hooked.get(file))),
  })
}

function changed(file: string, home: string | undefined): Bun.OnLoadResult {
  const contents = renameImports(readFileSync(file, "utf8"), (specifier) =>
    replacement(specifier, file, home),
  )
  return { contents, loader: LOADERS[path.extname(file)] ?? "jsx" }
}

const LOADERS: Record<string, Bun.Loader> = { ".ts": "ts", ".mts": "ts", ".tsx": "tsx" }

let registered = false

function registerModules(): void {
  if (registered) return
  registered = true
  Bun.plugin({
    name: "opencode-offline packages",
    setup: (build) => {
      for (const [name, text] of insideFiles()) build.module(name, () => ({ contents: text(), loader: "js" }))
    },
  })
}

/** The file that Bun would load. */
function locate(specifier: string, from: string): string | undefined {
  try {
    return Bun.resolveSync(specifier, from)
  } catch {
    return undefined
  }
}

function read(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file, "utf8") : undefined
  } catch {
    return undefined
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")
}
