import { mkdir, rename } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import pacote from "pacote"
import type { PinnedPackage } from "../../read-pin.ts"
import { formatBytes } from "../log.ts"
import { cachedPath, npmCache, withTemporaryFolder } from "./cache.ts"
import { loadNpmOptions, type NpmOptions } from "./config.ts"
import { sameDigest } from "./digest.ts"
import { explainFailure, wrongFile } from "./failure.ts"
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
      await download(pinned, temporary, settings, options)
      await mkdir(dirname(destination), { recursive: true })
      await rename(temporary, destination)
    })
  } catch (error) {
    throw explainFailure(error, { pinned, npm, cache: options.cache })
  }
}

async function download(
  pinned: PinnedPackage,
  destination: string,
  npm: NpmOptions,
  options: AcquireOptions,
): Promise<void> {
  const { path, ...expected } = pinned.executable
  const spec = `${pinned.name}@${pinned.version}`
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])])
  const stopListening = reportRetries(spec, options)
  try {
    const found = await pacote.tarball.stream(
      spec,
      (tarball) =>
        unpackFile(tarball, {
          path,
          limit: expected.bytes,
          destination,
          onProgress: reportBytes(spec, options),
        }),
      {
        ...npm,
        signal,
        cache: npmCache(options.cache),
        integrity: pinned.integrity,
        // Not an address: with both of these given, pacote looks for the tarball in the cache by its hash, before
        // it asks the registry where the tarball is.
        resolved: spec,
      },
    )
    if (!found || !sameDigest(found, expected)) throw wrongFile(pinned, found)
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
