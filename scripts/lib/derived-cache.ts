import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import cacache from "cacache"
import { explainCacheFailure } from "./cache-failure.ts"
import { Failure } from "./errors.ts"

// What lies in the cache may have been put there by anyone who can write to it, with a hash that fits. So a result goes into
// an executable only when this repository has its hash, or this run has made it.

/** The sha256 of what builds derive, by the part of the key that names the inputs. `build --record-derived` writes it. */
export const RECORDED = join(import.meta.dirname, "../../pins/derived.json")

/** What may be believed, by sha256: what the repository records by its inputs, and what this run has made by its whole key. */
export type Believed = Map<string, string>

let ofThisRun: Believed | undefined

/** What this run derived, by inputs, and whether the repository has its hash. */
const derived = new Map<string, { sha256: string; isRecorded: boolean }>()

/**
 * Gives what `make` makes, from the folder `cache` when it was made for the same `key` before and is known by hash: this
 * repository records the hash, or this very run has made it. Anything else that lies there is made again. `key` must
 * name every input by hash, and behind the last space the version of the code that makes it. A killed process
 * leaves either the whole entry or none.
 * Throws what `make` throws, and a Failure when the cache cannot be read or written.
 */
export async function derive(
  cache: string,
  key: string,
  make: () => Promise<Uint8Array>,
  believed: Believed = believedByThisRun(),
): Promise<Uint8Array> {
  const inputs = key.slice(0, key.lastIndexOf(" "))
  const wanted = believed.get(key) ?? believed.get(inputs)
  const kept = wanted === undefined ? undefined : await get(cache, key)
  if (kept && sha256(kept) === wanted) return note(kept, wanted)
  const made = await make()
  const hash = sha256(made)
  believed.set(key, hash)
  await put(cache, key, made)
  return note(made, hash)

  function note(result: Uint8Array, hash: string): Uint8Array {
    derived.set(inputs, { sha256: hash, isRecorded: believed.get(inputs) === hash })
    return result
  }
}

/**
 * The same for what only reports are made of: what lies in the cache is believed, when it has the hash that the cache says.
 */
export async function recall(
  cache: string,
  key: string,
  make: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const kept = await get(cache, key)
  if (kept) return kept
  const made = await make()
  await put(cache, key, made)
  return made
}

/** What this run derived that the repository does not record: it is made again by every run. */
export function unrecorded(): string[] {
  return [...derived].flatMap(([inputs, { isRecorded }]) => (isRecorded ? [] : [inputs])).sort()
}

/** Adds to the repository's record what this run has made. What was taken from the cache was known by its hash already. */
export async function recordDerived(file = RECORDED): Promise<void> {
  const all = [
    ...readRecorded(file),
    ...[...derived].map(([inputs, { sha256 }]) => [inputs, sha256] as const),
  ]
  const sorted = [...new Map(all)].sort(([a], [b]) => (a < b ? -1 : 1))
  await writeFile(file, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`)
}

function believedByThisRun(): Believed {
  ofThisRun ??= readRecorded()
  return ofThisRun
}

function readRecorded(file = RECORDED): Believed {
  if (!existsSync(file)) return new Map()
  try {
    return new Map(Object.entries<string>(JSON.parse(readFileSync(file, "utf8"))))
  } catch (error) {
    const next = `take it back: git checkout -- ${file}`
    throw new Failure({ what: `${file} cannot be read`, why: (error as Error).message, next })
  }
}

/** Undefined when it is not there, or damaged; then it is removed. */
async function get(cache: string, key: string): Promise<Uint8Array | undefined> {
  const store = join(cache, "derived")
  try {
    return (await cacache.get(store, key)).data
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "ENOENT") return undefined
    if (code !== "EINTEGRITY" && code !== "EBADSIZE") throw explainCacheFailure(error, cache)
    await discard(store, key).catch((error) => {
      throw explainCacheFailure(error, cache)
    })
    return undefined
  }
}

async function put(cache: string, key: string, made: Uint8Array): Promise<void> {
  await cacache.put(join(cache, "derived"), key, made).catch((error: unknown) => {
    throw explainCacheFailure(error, cache)
  })
}

/** Content of the same hash is never written over, so damaged content has to go first. */
async function discard(store: string, key: string): Promise<void> {
  const entry = await cacache.get.info(store, key)
  if (entry) await cacache.rm.content(store, entry.integrity)
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
