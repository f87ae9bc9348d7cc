import { chmod, stat } from "node:fs/promises"
import { explainCacheFailure } from "../cache-failure.ts"
import { cachedPath } from "./cache.ts"
import { digestFile, sameDigest } from "./digest.ts"
import type { AcquireOptions } from "./fetch-file.ts"
import type { PinnedPackage } from "./pinned.ts"

/**
 * Gives the path, inside the cache, of the pinned file of a package: verified now against the pin, executable.
 * When it is there and intact, nothing is asked of any network and nothing is written; when it is not, it is taken
 * from the tarball in the cache or from the registry. Throws a Failure when it cannot be had as pinned.
 */
export async function acquireFile(pinned: PinnedPackage, options: AcquireOptions): Promise<string> {
  const path = cachedPath(options.cache, pinned)
  const intact = await isIntact(path, pinned).catch((error) => {
    throw explainCacheFailure(error, options.cache)
  })
  if (intact) return path
  // npm's libraries take a while to load, and a warm build does without.
  const { fetchFile } = await import("./fetch-file.ts")
  await fetchFile(pinned, options)
  return path
}

/**
 * Acquires several files at the same time, each only once however often it is named, and gives their paths in the
 * order asked for. The first failure ends the other downloads and is thrown when they have ended.
 */
export function acquireAll(list: PinnedPackage[], options: AcquireOptions): Promise<string[]> {
  return acquireGroups({ list }, options).list
}

/**
 * The same for several lists at once, each of which is given when its files are there, or when all downloads have ended,
 * if one of its own failed.
 */
export function acquireGroups<Name extends string>(
  groups: Record<Name, PinnedPackage[]>,
  options: AcquireOptions,
): Record<Name, Promise<string[]>> {
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])])
  const running = new Map<string, Promise<string>>()
  let failure: { error: unknown } | undefined
  for (const pinned of Object.values<PinnedPackage[]>(groups).flat()) {
    const path = cachedPath(options.cache, pinned)
    if (running.has(path)) continue
    const acquired = acquireFile(pinned, { ...options, signal })
    running.set(path, acquired)
    acquired.catch((error) => {
      failure ??= { error }
      stop.abort()
    })
  }
  const ended = Promise.allSettled(running.values())
  const give = (list: PinnedPackage[]) =>
    Promise.all(list.map((pinned) => running.get(cachedPath(options.cache, pinned))!)).catch(async () => {
      await ended
      throw failure!.error
    })
  const given = Object.entries<PinnedPackage[]>(groups).map(([name, list]) => [name, give(list)])
  return Object.fromEntries(given)
}

async function isIntact(path: string, { executable }: PinnedPackage): Promise<boolean> {
  const status = await stat(path).catch(() => undefined)
  if (!status?.isFile() || status.size !== executable.bytes) return false
  const found = await digestFile(path)
  if (!found || !sameDigest(found, executable)) return false
  // A cache that was copied through an archive may have lost the mode.
  if ((status.mode & 0o111) === 0) await chmod(path, 0o755)
  return true
}
