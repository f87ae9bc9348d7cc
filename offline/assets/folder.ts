import { lstatSync, mkdirSync, realpathSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { isAbsolute, join, win32 } from "node:path"
import { plain, startsWith } from "../primordials.ts"
import { ownPlatform, userId } from "../process.ts"

/**
 * Where files that are inside the executable may be put, first choice first: the user's cache, the user's data (a
 * cache may be read-only) and state, the temporary folder (a home may be), the session's: any of them may be mounted
 * noexec. Not inside upstream's own folder of the cache, which upstream empties when another layout of it starts.
 */
export function candidateFolders(env: Record<string, string | undefined>): string[] {
  const base = (name: string, below: string) => {
    const named = env[name]
    return named && isAbsolute(named) ? named : join(homedir(), below)
  }
  const cache = join(base("XDG_CACHE_HOME", ".cache"), "opencode-inside")
  const data = join(base("XDG_DATA_HOME", ".local/share"), "opencode-inside")
  const state = join(base("XDG_STATE_HOME", ".local/state"), "opencode-inside")
  const temporary = temporaryFolder(env)
  const session = env.XDG_RUNTIME_DIR
  return session && isAbsolute(session)
    ? [cache, data, state, temporary, join(session, "opencode-inside")]
    : [cache, data, state, temporary]
}

/** A folder of this user's own below the temporary one, which all users share, but on Windows. */
export function temporaryFolder(env: Record<string, string | undefined>, platform = ownPlatform): string {
  const temporary = platform === "win32" ? env.TEMP || env.TMP || tmpdir() : env.TMPDIR || "/tmp"
  const { join: joinOf } = platform === "win32" ? win32 : { join }
  return joinOf(temporary, `opencode-offline-${userId() ?? 0}`)
}

/**
 * Makes a folder that only this user has access to, or finds that it is one. Windows has no such mode: there it must lie in
 * the user's own profile, whose access control lists leave others out, and those below inherit.
 * @throws Error when it is a symbolic link, another user's, open to others, or cannot be made
 */
export function privateFolder(folder: string, platform = ownPlatform): void {
  mkdirSync(folder, plain({ recursive: true, mode: 0o700 }))
  const { uid, mode } = lstatSync(folder)
  const others = platform === "win32" ? 0 : 0o77
  if (uid !== (userId() ?? uid) || (mode & (0o170000 | others)) !== 0o040000)
    throw new Error(`${folder} must be a folder that only you have access to`)
  // As the system spells both: what names the temporary folder may be short, as in C:\Users\FIRSTL~1.
  if (platform === "win32") requireInProfile(realpathSync(folder), realpathSync(homedir()))
}

/** @param home the user's profile @throws Error when the folder is elsewhere */
export function requireInProfile(folder: string, home: string): void {
  const { isAbsolute: isElsewhere, relative } = win32
  const inside = relative(home, folder)
  if (inside === "" || startsWith(inside, "..") || isElsewhere(inside))
    throw new Error(`${folder} must be inside of ${home}, to which only you have access`)
}
