import { posix } from "node:path"
import { gunzipSync } from "node:zlib"
import pacote from "pacote"
import { Parser } from "tar"
import { npmCache } from "./cache.ts"
import { loadNpmOptions, type NpmOptions } from "./config.ts"
import { explainFailure } from "./failure.ts"
import type { AcquireOptions } from "./fetch-file.ts"
import type { NamedPackage } from "./pinned.ts"

/** A file of a package. */
export interface PackageFile {
  /** Relative to the package's folder. */
  path: string
  executable: boolean
  data: Uint8Array
}

/** How many are fetched at once. */
const AT_ONCE = 8

/**
 * Reads packages, each verified against its hash: from the tarball in the cache if it is intact, else from the registry
 * that npm is set to use. No script of any is run.
 * @returns the files of each, in the order asked for
 * @throws Failure when one cannot be had as pinned
 */
export function readPackages(packages: NamedPackage[], options: AcquireOptions): Promise<PackageFile[][]> {
  return readEach(packages, options, unpack)
}

/** Reads tarballs one by one, when they are asked for, each as {@link readPackages} reads it. */
export async function tarballReader(
  options: AcquireOptions,
): Promise<(wanted: NamedPackage) => Promise<Buffer>> {
  const npm = await loadNpmOptions(options.cwd ?? process.cwd(), options.env)
  return (wanted) => readOne(wanted, npm, options, async (tarball) => tarball)
}

async function readEach<T>(
  packages: NamedPackage[],
  options: AcquireOptions,
  read: (tarball: Buffer) => Promise<T>,
): Promise<T[]> {
  const npm = await loadNpmOptions(options.cwd ?? process.cwd(), options.env).catch((error) => {
    throw explainFailure(error, { pinned: packages[0]!, npm: undefined, cache: options.cache })
  })
  const found: T[] = []
  const waiting = [...packages.entries()]
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      found[next[0]] = await readOne(next[1], npm, options, read)
      options.onProgress?.(`${packages.length - waiting.length} of ${packages.length} packages`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work)).finally(() => waiting.splice(0))
  return found
}

async function readOne<T>(
  { name, version, integrity }: NamedPackage,
  npm: NpmOptions,
  { cache, signal }: AcquireOptions,
  read: (tarball: Buffer) => Promise<T>,
): Promise<T> {
  const spec = `${name}@${version}`
  try {
    // `resolved` is no address: see fetch-file.ts.
    const settings = { ...npm, cache: npmCache(cache), integrity, resolved: spec, signal }
    return await read(await pacote.tarball(spec, settings))
  } catch (error) {
    throw explainFailure(error, { pinned: { name, version, integrity }, npm, cache })
  }
}

/** Files only, as npm does, and of two with the same path the later. */
async function unpack(tarball: Buffer): Promise<PackageFile[]> {
  const files = new Map<string, Promise<PackageFile>>()
  await new Promise<void>((resolve, reject) => {
    const parser = new Parser({
      onReadEntry: (entry) => {
        if (entry.type !== "File" && entry.type !== "OldFile") return void entry.resume()
        // Some packages have a file under two spellings of one path.
        const path = posix.normalize(entry.path.slice(entry.path.indexOf("/") + 1))
        const executable = ((entry.mode ?? 0) & 0o111) !== 0
        files.set(
          path,
          entry.concat().then((data) => ({ path, executable, data })),
        )
      },
    })
    parser.on("error", reject)
    parser.on("end", resolve)
    parser.end(gunzipSync(tarball))
  })
  return Promise.all(files.values())
}
