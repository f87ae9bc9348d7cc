import { mkdir, readdir } from "node:fs/promises"
import { join } from "node:path"
import cacache from "cacache"
import { create, extract } from "tar"
import { explainCacheFailure } from "../../lib/cache-failure.ts"

/** How Bun names, in its cache, what comes from no registry: a commit of GitHub's, or a tarball at an address. */
const OUTSIDE = /^@(GH|T)@[^/\\]+$/

const store = (cache: string) => join(cache, "bun")

/**
 * Keeps the packages that Bun unpacked from outside of registries: a lockfile need not have a hash of theirs, so npm's part
 * of the cache cannot have them. Each is one archive, by its hash.
 * @param folder the cache of Bun's that it has filled
 */
export async function keepOutside(folder: string, cache: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => OUTSIDE.test(name)).sort()
  for (const name of names) {
    // A name that starts with @ would be an archive's.
    const archive = await create({ cwd: folder, portable: true, noMtime: true }, [`./${name}`]).concat()
    await cacache.put(store(cache), name, archive).catch((error: unknown) => {
      throw explainCacheFailure(error, cache)
    })
  }
}

/** Puts them into an empty cache of Bun's. One that is not what was kept is left out, so that Bun downloads it again. */
export async function bringOutside(folder: string, cache: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const name of Object.keys(await cacache.ls(store(cache)))) {
    const archive = OUTSIDE.test(name) ? await sound(store(cache), name) : undefined
    if (!archive) continue
    await unpack(archive, name, folder).catch((error: unknown) => {
      throw explainCacheFailure(error, cache)
    })
  }
}

/** Undefined when it is damaged; then it is removed. */
async function sound(store: string, name: string): Promise<Buffer | undefined> {
  try {
    return (await cacache.get(store, name)).data
  } catch {
    // Content of the same hash is never written over, so damaged content has to go first.
    const entry = await cacache.get.info(store, name)
    if (entry) await cacache.rm.content(store, entry.integrity)
    return undefined
  }
}

async function unpack(archive: Buffer, name: string, folder: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const into = extract({ cwd: folder, strict: true, filter: (path) => path.startsWith(`./${name}/`) })
    into.on("close", resolve).on("error", reject).end(archive)
  })
}
