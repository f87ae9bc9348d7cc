import { readFile } from "node:fs/promises"
import { join } from "node:path"
import pacote from "pacote"
import semver from "semver"
import { Failure } from "../errors.ts"
import { npmCache, withTemporaryFolder } from "./cache.ts"
import { loadNpmOptions, type NpmOptions } from "./config.ts"
import type { Digest } from "./digest.ts"
import { explainFailure } from "./failure.ts"
import { type AcquireOptions, unpackTarball } from "./fetch-file.ts"
import type { NamedPackage } from "./pinned.ts"

/** Far above what any of upstream's executables has. */
const MOST_BYTES = 1 << 30

/**
 * The versions of a package that the registry has, without pre-releases, newest first.
 * @throws Failure when the registry cannot be asked or has no such package
 */
export async function listVersions(name: string, options: AcquireOptions): Promise<string[]> {
  return [...(await listHashes(name, options)).keys()]
}

/**
 * The versions of a package as {@link listVersions} has them, each with the sha512 that the registry says it has, where it
 * says one.
 */
export async function listHashes(
  name: string,
  options: AcquireOptions,
): Promise<Map<string, string | undefined>> {
  const { versions } = await withNpm({ name, version: "latest", integrity: "" }, options, (npm) =>
    pacote.packument(name, npm),
  )
  const releases = Object.keys(versions).filter((version) => semver.prerelease(version) === null)
  return new Map(
    releases
      .sort(semver.rcompare)
      .map((version) => [version, sha512Of(versions[version]!.dist?.integrity)] as const),
  )
}

/**
 * One version of a package by the hash that the registry says it has: nobody has pinned it.
 * @param version exact, or a tag such as `latest`
 * @throws Failure when the registry has no such version, or names no sha512 for it
 */
export async function lookUp(name: string, version: string, options: AcquireOptions): Promise<NamedPackage> {
  const found = await withNpm({ name, version, integrity: "" }, options, (npm) =>
    pacote.manifest(`${name}@${version}`, npm),
  )
  const integrity = sha512Of(found._integrity)
  if (integrity) return { name, version: found.version, integrity }
  throw new Failure({
    what: `The registry names no sha512 for ${name}@${version}`,
    why: `it says ${found._integrity ?? "nothing"}`,
    next: `see what another registry has: npm view ${name}@${version} dist.integrity`,
  })
}

/**
 * Reads one file of a package that nobody has pinned. The tarball, which has the given hash, is kept in the cache.
 * @throws Failure as acquireFile does, and when the package has no file of that path
 */
export async function readPackageFile(
  wanted: NamedPackage,
  path: string,
  options: AcquireOptions,
): Promise<Digest & { contents: Buffer }> {
  return withNpm(wanted, options, (npm) =>
    withTemporaryFolder(options.cache, async (folder) => {
      const destination = join(folder, "file")
      const digest = await unpackTarball(wanted, { path, limit: MOST_BYTES, destination }, npm, options)
      if (digest) return { ...digest, contents: await readFile(destination) }
      throw new Failure({
        what: `${wanted.name}@${wanted.version} has no file ${path}`,
        why: "its package is laid out in another way than those that are known",
        next: `see what is in it: npm pack --dry-run ${wanted.name}@${wanted.version}`,
      })
    }),
  )
}

/** Of several hashes. */
function sha512Of(integrity: string | undefined): string | undefined {
  return integrity?.split(" ").find((hash) => hash.startsWith("sha512-"))
}

async function withNpm<T>(
  wanted: NamedPackage,
  options: AcquireOptions,
  body: (npm: NpmOptions & { cache: string }) => Promise<T>,
): Promise<T> {
  let npm: NpmOptions | undefined
  try {
    npm = await loadNpmOptions(options.cwd ?? process.cwd(), options.env)
    return await body({ ...npm, cache: npmCache(options.cache), signal: options.signal })
  } catch (error) {
    const authority = "what the registry says"
    throw explainFailure(error, { pinned: wanted, npm, cache: options.cache, authority })
  }
}
