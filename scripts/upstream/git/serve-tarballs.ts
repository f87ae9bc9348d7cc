import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { applyEdits, modify } from "jsonc-parser"
import { Failure } from "../../lib/errors.ts"
import { BUN_LOCK, type BunLocked, readBunLock } from "../../lib/npm/bun-lock.ts"
import type { AcquireOptions } from "../../lib/npm/fetch-file.ts"
import { readTarballs } from "../../lib/npm/read-packages.ts"
import { readPatched } from "../../patching/dependencies.ts"

export const LOOPBACK = "127.0.0.1"

/**
 * Bun 1.3.10 downloads each dependency that it patches, although it has it in its cache, and without a network waits for
 * ever. So while `body` runs, the tree's lockfile says that these are to be had from a server on loopback, which gives
 * out the tarballs of the build's own cache. Bun compares their hashes, as always.
 * @throws Failure when one cannot be had as locked, or there is no loopback
 */
export async function withTarballs<T>(
  root: string,
  options: AcquireOptions,
  body: () => Promise<T>,
): Promise<T> {
  const path = join(root, BUN_LOCK)
  const text = await readFile(path, "utf8")
  const locked = readBunLock(text)
  const patched = Object.keys(await readPatched(root)).flatMap((spec) => locked.get(spec) ?? [])
  const tarballs = await readTarballs(patched, options)
  using server = Bun.serve({
    hostname: LOOPBACK,
    port: 0,
    routes: Object.fromEntries(tarballs.map((tarball, i) => [pathOf(i), () => new Response(tarball)])),
    fetch: () => new Response(null, { status: 404 }),
  })
  // Bun would wait for this, too.
  await fetch(server.url).catch((error) => {
    throw noLoopback(error)
  })
  await writeFile(path, named(text, patched, server.url))
  return await body().finally(() => writeFile(path, text))
}

/** The lockfile, with the address of each of those packages' tarballs in all its places. */
function named(text: string, packages: BunLocked[], base: URL): string {
  const places = packages.flatMap(({ keys }, i) =>
    keys.map((key) => ({ key, url: new URL(pathOf(i), base).href })),
  )
  return places.reduce(
    (now, { key, url }) => applyEdits(now, modify(now, ["packages", key, 1], url, {})),
    text,
  )
}

function noLoopback(error: Error): Failure {
  return new Failure({
    what: `A server on ${LOOPBACK} cannot be reached by the process that it is in`,
    why: error.message,
    next: "in a network namespace, bring loopback up: ip link set lo up",
  })
}

function pathOf(index: number): string {
  return `/${index}.tgz`
}
