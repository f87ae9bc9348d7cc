import { lstatSync, mkdirSync } from "node:fs"
import { homedir } from "node:os"
import path from "node:path"

/**
 * Where files that are inside the executable may be put, first choice first: the user's cache, the user's data (a
 * cache may be read-only), the temporary folder (a home may be). Not inside upstream's own folder of the cache, which
 * upstream empties when another layout of it starts.
 */
export function candidateFolders(env: Record<string, string | undefined>): string[] {
  const base = (name: string, ...below: string[]) => {
    const named = env[name]
    return named && path.isAbsolute(named) ? named : path.join(homedir(), ...below)
  }
  return [
    path.join(base("XDG_CACHE_HOME", ".cache"), "opencode-inside"),
    path.join(base("XDG_DATA_HOME", ".local", "share"), "opencode-inside"),
    temporaryFolder(env),
  ]
}

/** A folder of this user's own below the temporary one, which all users share. */
export function temporaryFolder(env: Record<string, string | undefined>): string {
  return path.join(env.TMPDIR || "/tmp", `opencode-offline-${process.getuid?.() ?? 0}`)
}

/**
 * Makes a folder that only this user has access to, or finds that it is one.
 * @throws Error when it is a symbolic link, another user's, open to others, or cannot be made
 */
export function privateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid, mode } = lstatSync(folder)
  if (uid !== (process.getuid?.() ?? uid) || (mode & 0o170077) !== 0o040000)
    throw new Error(`${folder} must be a folder that only you have access to`)
}
