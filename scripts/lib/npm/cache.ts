import { mkdir, readdir, rm, stat } from "node:fs/promises"
import { homedir } from "node:os"
import { basename, isAbsolute, join } from "node:path"
import type { PinnedPackage } from "./pinned.ts"

const HOUR = 60 * 60 * 1000

/** Where builds keep what they fetch when nobody says otherwise: the XDG cache folder, as other tools do. */
export function defaultCache(env = process.env): string {
  const xdg = env.XDG_CACHE_HOME
  return join(xdg && isAbsolute(xdg) ? xdg : join(env.HOME || homedir(), ".cache"), "opencode-offline")
}

/** Where the cache keeps the pinned file of a package: by the file's own hash, under its own name. */
export function cachedPath(cache: string, { executable }: PinnedPackage): string {
  return join(cache, "files", executable.sha512, basename(executable.path))
}

/** npm's part of the cache: the tarballs and what the registry said about them, in cacache's layout. */
export function npmCache(cache: string): string {
  return join(cache, "npm")
}

/**
 * Runs `body` with a new folder inside the cache, so that a rename from it into the cache is atomic, and removes
 * the folder. Also removes what killed builds left there, once it is an hour old.
 */
export async function withTemporaryFolder<T>(
  cache: string,
  body: (folder: string) => Promise<T>,
): Promise<T> {
  const temporary = join(cache, "tmp")
  const folder = join(temporary, crypto.randomUUID())
  await mkdir(folder, { recursive: true })
  await Promise.all([temporary, join(npmCache(cache), "tmp")].map(sweep))
  try {
    return await body(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function sweep(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const path of names.map((name) => join(folder, name))) {
    // Another build may remove the same leftovers at the same time.
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs
    if (age > HOUR) await rm(path, { recursive: true, force: true })
  }
}
