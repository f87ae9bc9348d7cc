import { join } from "node:path"
import pacote from "pacote"
import { npmCache } from "./cache.ts"
import { loadNpmOptions, type NpmOptions } from "./config.ts"
import { explainFailure } from "./failure.ts"
import type { AcquireOptions } from "./fetch-file.ts"
import { type LockedTree, packagesOf } from "./locked.ts"

/**
 * Unpacks the packages of a tree below `folder`, each verified against its hash: from the cache, else from the registry
 * that npm is set to use. No script of theirs is run.
 * @throws Failure as `fetchFile` does
 */
export async function fetchTree(tree: LockedTree, folder: string, options: AcquireOptions): Promise<void> {
  let npm: NpmOptions | undefined
  for (const locked of packagesOf(tree)) {
    const spec = `${locked.name}@${locked.version}`
    options.onProgress?.(spec)
    try {
      npm ??= await loadNpmOptions(options.cwd ?? process.cwd(), options.env)
      await pacote.extract(spec, join(folder, locked.folder), {
        ...npm,
        signal: options.signal,
        cache: npmCache(options.cache),
        integrity: locked.integrity,
        // Not an address: see fetchFile.
        resolved: spec,
      })
    } catch (error) {
      throw explainFailure(error, { pinned: locked, npm, cache: options.cache })
    }
  }
}
