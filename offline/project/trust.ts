import { realpathSync } from "node:fs"
import { homedir } from "node:os"
import path from "node:path"
import { managedFolders, userConfigFile } from "../config-files.ts"
import { INSIDE } from "../configuration.ts"
import { startsWith } from "../primordials.ts"

/** As it was before any code of upstream's, or of a plugin, could change it. */
const AT_START: NodeJS.ProcessEnv = { ...process.env }

/**
 * Whether a configuration is the user's, an administrator's, inside the executable, or named by the environment. All others are a project's.
 * @param source a file, or what upstream calls a configuration that is none: an address, or the name of a variable
 */
export function isTrusted(source: string, env = AT_START): boolean {
  if (source === "OPENCODE_CONFIG_CONTENT" || source === INSIDE || /^https?:\/\//.test(source)) return true
  if (source === env.OPENCODE_CONFIG || source === env.OPENCODE_TUI_CONFIG) return true
  return isOwnFolder(path.dirname(source), env)
}

/** Whether a folder of configuration is the user's or an administrator's own, also by another name of it. */
export function isOwnFolder(folder: string, env = AT_START): boolean {
  if (folder === env.OPENCODE_CONFIG_DIR) return true
  const real = realPath(folder)
  return ownFolders(env).some((own) => realPath(own) === real)
}

/** Whether a file lies in one of those folders, or among the packages that upstream installed for the user. */
export function isBelowOwnFolder(file: string, env?: NodeJS.ProcessEnv): boolean {
  const folders = env ? foldersOfPrograms(env) : (ofPrograms ?? foldersOfPrograms(AT_START))
  for (let index = 0; index < folders.length; index++) if (startsWith(file, folders[index]!)) return true
  return false
}

function foldersOfPrograms(env: NodeJS.ProcessEnv): string[] {
  const cache = path.join(env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "opencode")
  return [...ownFolders(env), cache].map((folder) => folder + path.sep)
}

function ownFolders(env: NodeJS.ProcessEnv): string[] {
  return [
    path.dirname(userConfigFile(env)),
    path.join(env.OPENCODE_TEST_HOME || homedir(), ".opencode"),
    ...managedFolders(env),
    ...[env.OPENCODE_CONFIG_DIR, env.OPENCODE_TEST_MANAGED_CONFIG_DIR].filter((given) => given !== undefined),
  ]
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return path.resolve(folder)
  }
}

let ofPrograms: string[] | undefined

/** Finds the folders of {@link isBelowOwnFolder}. To be called ahead of any code that is not ours. */
export function holdOwnFolders(): void {
  ofPrograms ??= foldersOfPrograms(AT_START)
}
