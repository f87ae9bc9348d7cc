import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { findNodeAtLocation, parseTree } from "jsonc-parser"
import { Failure } from "../../lib/errors.ts"
import { BUN_LOCK, type BunLocked, readBunLock } from "../../lib/npm/bun-lock.ts"
import type { AcquireOptions } from "../../lib/npm/fetch-file.ts"
import { tarballReader } from "../../lib/npm/read-packages.ts"

export const LOOPBACK = "127.0.0.1"

/**
 * Bun hashes what it downloads, and not what it finds in its cache; and Bun 1.3.10 downloads each dependency that it
 * patches, although it has it there, and without a network waits for ever. So Bun gets an empty cache, and while `body`
 * runs, the tree's lockfile says that packages are to be had from a server on loopback. It gives out the tarballs of the
 * build's own cache, each held against its hash; what is not there comes from the registry. Bun compares the hashes, too.
 * @throws Failure when one cannot be had as locked, or there is no loopback
 */
export async function withTarballs<T>(
  root: string,
  options: AcquireOptions,
  body: () => Promise<T>,
): Promise<T> {
  const path = join(root, BUN_LOCK)
  const text = await readFile(path, "utf8")
  const locked = [...readBunLock(text).values()]
  const read = await tarballReader(options)
  const failures: unknown[] = []
  const give = async (wanted: BunLocked | undefined) => {
    if (!wanted) return new Response(null, { status: 404 })
    try {
      return new Response(await read(wanted))
    } catch (error) {
      failures.push(error)
      return new Response(null, { status: 404 })
    }
  }
  using server = Bun.serve({
    hostname: LOOPBACK,
    port: 0,
    idleTimeout: 0,
    fetch: ({ url }) => give(locked[indexOf(url)]),
  })
  // Bun would wait for this, too.
  await fetch(server.url).catch((error) => {
    throw noLoopback(error)
  })
  await writeFile(path, named(text, locked, server.url))
  try {
    return await body()
  } catch (error) {
    throw failures[0] ?? error
  } finally {
    await writeFile(path, text)
  }
}

/** The lockfile, with the address of each of those packages' tarballs in all its places. */
function named(text: string, packages: BunLocked[], base: URL): string {
  const tree = parseTree(text, [], { allowTrailingComma: true })!
  const places = packages.flatMap(({ keys }, index) =>
    keys.map((key) => ({ node: findNodeAtLocation(tree, ["packages", key, 1])!, index })),
  )
  places.sort((one, other) => one.node.offset - other.node.offset)
  let done = 0
  let written = ""
  for (const { node, index } of places) {
    const address = new URL(pathOf(index), base).href
    written += text.slice(done, node.offset) + JSON.stringify(address)
    done = node.offset + node.length
  }
  return written + text.slice(done)
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

/** Of no package, when it is not one of these addresses. */
function indexOf(url: string): number {
  return Number(/\/(\d+)\.tgz$/.exec(url)?.[1] ?? -1)
}
