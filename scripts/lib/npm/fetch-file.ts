import { mkdir, rename } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import pacote from "pacote"
import { formatBytes } from "../log.ts"
import { cachedPath, npmCache, withTemporaryFolder } from "./cache.ts"
import { loadNpmOptions, type NpmOptions } from "./config.ts"
import { type Digest, sameDigest } from "./digest.ts"
import { explainFailure, wrongFile } from "./failure.ts"
import type { NamedPackage, PinnedPackage } from "./pinned.ts"
import { unpackFile } from "./unpack-file.ts"

export interface AcquireOptions {
  /** An absolute folder. */
  cache: string
  /** Takes a short text whenever more was downloaded, and when npm's libraries try again. */
  onProgress?: (text: string) => void
  /** Ends it early, and leaves nothing half-made. */
  signal?: AbortSignal
  /** Whose settings of npm to use: of this folder and this environment. Those of this process if not given. */
  cwd?: string
  env?: NodeJS.ProcessEnv
}

/**
 * Brings the pinned file of a package into the cache: from the tarball there, if it is intact, else from the
 * registry that npm is set to use. The file gets its final name only when it is complete, verified and on disk.
 * Throws a Failure that tells an unreachable registry, a missing package, a refused login and a wrong hash apart.
 */
export async function fetchFile(pinned: PinnedPackage, options: AcquireOptions): Promise<void> {
  const destination = cachedPath(options.cache, pinned)
  let npm: NpmOptions | undefined
  try {
    npm = await loadNpmOptions(options.cwd ?? process.cwd(), options.env)
    const settings = npm
    await withTemporaryFolder(options.cache, async (folder) => {
      const temporary = join(folder, basename(destination))
      const { path, bytes } = pinned.executable
      const found = await unpackTarball(
        pinned,
        { path, limit: bytes, destination: temporary },
        settings,
        options,
      )
      if (!found || !sameDigest(found, pinned.executable)) throw wrongFile(pinned, found)
      await mkdir(dirname(destination), { recursive: true })
      await rename(temporary, destination)
    })
  } catch (error) {
    throw explainFailure(error, { pinned, npm, cache: options.cache })
  }
}

/**
 * Unpacks one file of a package, whose tarball comes from the cache or from the registry and has the given hash.
 * @param file its path in the package, the most bytes that are written, and where to
 * @returns what the file is; undefined when the package has none of that path
 */
export async function unpackTarball(
  wanted: NamedPackage,
  file: { path: string; limit: number; destination: string },
  npm: NpmOptions,
  options: AcquireOptions,
): Promise<Digest | undefined> {
  const spec = `${wanted.name}@${wanted.version}`
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])])
  const stopListening = reportRetries(spec, options)
  try {
    return await pacote.tarball.stream(
      spec,
      (tarball) => unpackFile(tarball, { ...file, onProgress: reportBytes(spec, options) }),
      {
        ...npm,
        signal,
        cache: npmCache(options.cache),
        integrity: wanted.integrity,
        // Not an address: with both of these given, pacote looks for the tarball in the cache by its hash, before
        // it asks the registry where the tarball is.
        resolved: spec,
      },
    )
  } finally {
    stop.abort()
    stopListening()
  }
}

function reportBytes(spec: string, { onProgress }: AcquireOptions): (bytes: number) => void {
  return (bytes) => onProgress?.(`${spec}, ${formatBytes(bytes)}`)
}

/** npm's libraries log with events on `process`. Retries may wait for a minute, so they are worth a line. */
function reportRetries(spec: string, { onProgress }: AcquireOptions): () => void {
  const listener = (level: string, area: string, message: string) => {
    const attempt = level === "http" && area === "fetch" && /attempt (\d+) failed with (\w+)/.exec(message)
    if (attempt)
      onProgress?.(
        `${spec}, attempt ${attempt[1]} failed with ${attempt[2]}, npm tries again if its settings say so`,
      )
  }
  process.on("log" as never, listener as never)
  return () => process.off("log" as never, listener as never)
}
