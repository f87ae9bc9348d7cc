import { createHash } from "node:crypto"
import { brotliCompressSync, brotliDecompressSync } from "node:zlib"
import type { InsideBundle } from "../../offline/inside/format.ts"
import type { ModuleNames } from "../../offline/modules.ts"
import { derive } from "../lib/derived-cache.ts"
import { hashMakers } from "../lib/makers.ts"
import { withTemporaryFolder } from "../lib/npm/cache.ts"
import type { AcquireOptions } from "../lib/npm/fetch-file.ts"
import { type LockedPackage, type LockedTree, packagesOf, rootOf } from "../lib/npm/locked.ts"
import { NAMES } from "./names.ts"
import { bundlePackages, LICENCES, type PackageBundle } from "./packages/bundle-packages.ts"

/** One package inside, with what it needs. */
export interface EmbeddedPackage {
  root: LockedPackage
  /** Itself, and those of the tree that code was taken from. */
  packages: LockedPackage[]
  module: { name: string; bytes: Uint8Array }
}

export interface EmbeddedPackages {
  packages: EmbeddedPackage[]
  index: { name: string; bytes: Uint8Array }
}

/**
 * Makes packages ready to be imported from inside the executable.
 * @param trees in the order of precedence, where two have the same specifier
 * @throws Failure when one cannot be had as pinned, or cannot be bundled
 */
export async function embedPackages(
  trees: LockedTree[],
  options: AcquireOptions,
  names: ModuleNames = NAMES,
): Promise<EmbeddedPackages> {
  const embedded = await Promise.all(trees.map((tree) => embedPackage(tree, options, names)))
  const bundles = embedded.map(({ bundle }) => bundle)
  return {
    packages: embedded.map(({ bundle: _, ...rest }) => rest),
    index: { name: names.packageIndex, bytes: Buffer.from(JSON.stringify({ bundles })) },
  }
}

async function embedPackage(tree: LockedTree, options: AcquireOptions, names: ModuleNames) {
  const root = rootOf(tree)
  const locked = createHash("sha256").update(JSON.stringify(tree)).digest("hex")
  const key = `packages ${root.name}@${root.version} ${locked} ${await hashMakers(import.meta.filename)}`
  const bytes = await derive(options.cache, key, () => make(tree, options))
  const { specifiers, texts, folders }: PackageBundle = JSON.parse(brotliDecompressSync(bytes).toString())
  const bundle: InsideBundle = {
    name: root.name,
    version: root.version,
    specifiers,
    files: Object.keys(texts).filter((file) => file !== LICENCES),
  }
  // The package itself always: one that only passes on what others have leaves no code of its own.
  const packages = packagesOf(tree).filter(({ folder }) => folder === root.folder || folders.includes(folder))
  return { root, packages, bundle, module: { name: names.packageBundle(root), bytes } }
}

async function make(tree: LockedTree, options: AcquireOptions): Promise<Uint8Array> {
  // npm's libraries take a while to load, and a warm build does without.
  const { fetchTree } = await import("../lib/npm/fetch-tree.ts")
  return withTemporaryFolder(options.cache, async (folder) => {
    await fetchTree(tree, folder, options)
    return brotliCompressSync(JSON.stringify(await bundlePackages(tree, folder)))
  })
}
