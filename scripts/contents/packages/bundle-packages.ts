import { readdir, readFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { type BuildFailure, build, type Metafile, type Plugin } from "esbuild"
import { importName } from "../../../offline/inside/format.ts"
import { packageOf } from "../../../offline/inside/imports.ts"
import { Failure } from "../../lib/errors.ts"
import { type LockedPackage, type LockedTree, packagesOf, rootOf } from "../../lib/npm/locked.ts"
import { CONDITIONS, specifiersOf } from "./entries.ts"

/** Code that can be imported without anything from disk. */
export interface PackageBundle {
  /** What can be imported, `zod` or `zod/v4`, and the file that it is. */
  specifiers: Record<string, string>
  /** The text of each file, and of the licences as {@link LICENCES}. */
  texts: Record<string, string>
  /** The folders of the packages that code was taken from. */
  folders: string[]
}

/** The one file of a bundle that is no code. */
export const LICENCES = "LICENCES.txt"

/**
 * Bundles a package with all that it imports. What several of its entries import is one file, so that it is evaluated
 * once, as it would be on disk.
 * @param folder the one that holds the tree's node_modules
 * @throws Failure when it imports what is not in the tree, or has files that are no code
 */
export async function bundlePackages(tree: LockedTree, folder: string): Promise<PackageBundle> {
  const root = rootOf(tree)
  const specifiers = await Promise.all(
    tree.provides.map((name) => specifiersOf(name, join(folder, "node_modules", name))),
  )
  const outdir = join(folder, "bundled")
  const result = await build({
    absWorkingDir: folder,
    entryPoints: Object.fromEntries(specifiers.flat().map((specifier) => [specifier, specifier])),
    outdir,
    publicPath: importName(root, "").slice(0, -1),
    chunkNames: "shared/[name]-[hash]",
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    conditions: CONDITIONS,
    mainFields: ["module", "main"],
    target: "esnext",
    external: ["bun", "bun:*"],
    legalComments: "inline",
    logLevel: "silent",
    plugins: [optionalImports(await peersOf(folder, root))],
  }).catch((error: BuildFailure) => {
    throw cannotBundle(`${root.name}@${root.version}`, error)
  })
  const folders = foldersOf(result.metafile)
  const used = packagesOf(tree).filter(
    ({ folder: place }) => place === root.folder || folders.includes(place),
  )
  const texts = result.outputFiles.map(({ path, text }) => [relative(outdir, path), text])
  return {
    specifiers: Object.fromEntries(specifiers.flat().map((specifier) => [specifier, `${specifier}.js`])),
    texts: { ...Object.fromEntries(texts), [LICENCES]: await readLicences(used, folder) },
    folders,
  }
}

/** Says that a resolution is the plugin's own. */
const OWN = Symbol("own")

/**
 * What is imported while the code runs may be missing, as on disk: it fails when that place is reached. So may what the
 * package leaves to whoever imports it.
 */
const optionalImports = (peers: string[]): Plugin => ({
  name: "optional-imports",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, ...args }) => {
      if (args.pluginData === OWN) return undefined
      const isOptional = kind === "dynamic-import" || kind === "require-call"
      if (!isOptional && !peers.includes(packageOf(path) ?? "")) return undefined
      const found = await resolve(path, { ...args, kind, pluginData: OWN })
      return found.errors.length > 0 ? { path, external: true } : found
    })
  },
})

async function peersOf(folder: string, root: LockedPackage): Promise<string[]> {
  const text = await readFile(join(folder, root.folder, "package.json"), "utf8")
  return Object.keys(JSON.parse(text).peerDependencies ?? {})
}

function foldersOf({ outputs }: Metafile): string[] {
  const files = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs))
  return [...new Set(files.map((file) => /.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? file))].sort()
}

async function readLicences(packages: LockedPackage[], folder: string): Promise<string> {
  const parts = packages.map(async ({ folder: place, name, version, license }) => {
    const names = await readdir(join(folder, place))
    const files = names.filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort()
    const texts = await Promise.all(files.map((file) => readFile(join(folder, place, file), "utf8")))
    return [`${name}@${version}: ${license}`, ...texts.map((text) => text.trim())].join("\n\n")
  })
  return `${(await Promise.all(parts)).join("\n\n----\n\n")}\n`
}

function cannotBundle(name: string, error: BuildFailure): unknown {
  if (!Array.isArray(error.errors)) return error
  const lines = error.errors.slice(0, 5).map(({ text, location }) => `${location?.file ?? name}: ${text}`)
  return new Failure({
    what: `${name} cannot be put inside`,
    why: lines.join("\n        "),
    next: "leave it out, and put it on the machine's disk: see docs/plugins.md",
  })
}
