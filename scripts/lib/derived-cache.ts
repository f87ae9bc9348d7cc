import { join } from "node:path"
import cacache from "cacache"
import { explainCacheFailure } from "./cache-failure.ts"

/**
 * Gives what `make` makes, from the folder `cache` when it was made for the same `key` before. `key` must name every
 * input by hash, the version of the code that makes it included. What comes from the cache was verified by hash
 * as it was read; what was damaged is made again. A killed process leaves either the whole entry or none.
 * Throws what `make` throws, and a Failure when the cache cannot be read or written.
 */
export async function derive(
  cache: string,
  key: string,
  make: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const store = join(cache, "derived")
  const explain = (error: unknown) => {
    throw explainCacheFailure(error, cache)
  }
  const kept = await read(store, key).catch(explain)
  if (kept) return kept
  const made = await make()
  await cacache.put(store, key, made).catch(explain)
  return made
}

async function read(store: string, key: string): Promise<Uint8Array | undefined> {
  try {
    return (await cacache.get(store, key)).data
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "ENOENT") return undefined
    if (code !== "EINTEGRITY" && code !== "EBADSIZE") throw error
    await discard(store, key)
    return undefined
  }
}

/** Content of the same hash is never written over, so damaged content has to go first. */
async function discard(store: string, key: string): Promise<void> {
  const entry = await cacache.get.info(store, key)
  if (entry) await cacache.rm.content(store, entry.integrity)
}
