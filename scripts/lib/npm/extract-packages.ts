import { mkdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import pacote from "pacote"
import { npmCache } from "./cache.ts"
import { loadNpmOptions, type NpmOptions } from "./config.ts"
import { explainFailure } from "./failure.ts"
import type { AcquireOptions } from "./fetch-file.ts"

/** A package and the folder that it goes to, relative to one for all. */
export interface PlacedPackage {
  path: string
  name: string
  version: string
  integrity: string
}

/** How many are fetched and unpacked at once. */
const AT_ONCE = 8

/**
 * Unpacks packages, each verified against its hash, from the tarball in the cache if it is intact, else from the registry
 * that npm is set to use. No script of any is run.
 * @param folder the folder that their paths are relative to
 * @throws Failure when one cannot be had as pinned
 */
export async function extractPackages(
  packages: PlacedPackage[],
  folder: string,
  options: AcquireOptions,
): Promise<void> {
  const npm = await loadNpmOptions(options.cwd ?? process.cwd(), options.env).catch((error) => {
    throw explainFailure(error, { pinned: packages[0]!, npm: undefined, cache: options.cache })
  })
  let done = 0
  // A package is unpacked into an empty folder, so one that lies inside of another comes later.
  for (const level of byDepth(packages)) {
    const waiting = [...level]
    const stop = new AbortController()
    const work = async () => {
      for (let next = waiting.shift(); next && !stop.signal.aborted; next = waiting.shift()) {
        await extract(next, join(folder, next.path), npm, options)
        options.onProgress?.(`${++done} of ${packages.length} packages`)
      }
    }
    await Promise.all(
      Array.from({ length: AT_ONCE }, () =>
        work().catch((error) => {
          stop.abort()
          throw error
        }),
      ),
    )
  }
}

async function extract(
  { name, version, integrity }: PlacedPackage,
  folder: string,
  npm: NpmOptions,
  { cache }: AcquireOptions,
): Promise<void> {
  const spec = `${name}@${version}`
  try {
    await mkdir(dirname(folder), { recursive: true })
    // `resolved` is no address: see fetch-file.ts.
    await pacote.extract(spec, folder, { ...npm, cache: npmCache(cache), integrity, resolved: spec })
  } catch (error) {
    throw explainFailure(error, { pinned: { name, version, integrity }, npm, cache })
  }
}

function byDepth(packages: PlacedPackage[]): PlacedPackage[][] {
  const levels: PlacedPackage[][] = []
  for (const item of packages) {
    const depth = item.path.split("/node_modules/").length - 1
    levels[depth] ??= []
    levels[depth].push(item)
  }
  return levels.filter(Boolean)
}
