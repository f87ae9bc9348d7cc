import { existsSync, realpathSync } from "node:fs"
import { homedir } from "node:os"
import path from "node:path"
import { SettingError } from "./error.ts"
import { managedPreferences } from "./managed-preferences.ts"
import { readSmallFile } from "./read-file.ts"

/** Who wrote a file: only a project's file is not to be trusted, as it comes with the repository that is worked on. */
export type Trust = "managed" | "user" | "environment" | "project"

/** A configuration text, before it is parsed. */
export interface ConfigSource {
  /** For people: the file's path, or the variable that holds the text. */
  name: string
  text: string
  /** What relative references in it start from; undefined when there is no such folder that can be trusted. */
  folder: string | undefined
  trust: Trust
}

export interface Places {
  env: NodeJS.ProcessEnv
  /** Folders that OpenCode will work in, absolute. */
  directories: string[]
  /** Where an administrator puts what holds for everyone. */
  managed?: string
}

/**
 * Every configuration that upstream reads from this machine, in its order. Those that are not there are left out.
 * @throws SettingError when one is there and cannot be read: it may say that OpenCode is offline
 */
export function readConfigSources({
  env,
  directories,
  managed = managedFolder(env),
}: Places): ConfigSource[] {
  const home = env.OPENCODE_TEST_HOME || homedir()
  const user = path.join(env.XDG_CONFIG_HOME || path.join(homedir(), ".config"), "opencode")
  const here = directories[0] ?? process.cwd()
  const given = env.OPENCODE_CONFIG_DIR && path.resolve(here, env.OPENCODE_CONFIG_DIR)
  // Upstream's own tests set the variable, which must not hide what is managed.
  const managedFolders = [managed, env.OPENCODE_TEST_MANAGED_CONFIG_DIR ?? ""].filter(Boolean)
  const sources = [
    ...read("user", user, ["config.json", "opencode.json", "opencode.jsonc"]),
    ...(env.OPENCODE_CONFIG ? read("environment", here, [env.OPENCODE_CONFIG]) : []),
    ...(isTrue(env.OPENCODE_DISABLE_PROJECT_CONFIG) ? [] : directories.flatMap(projectSources)),
    ...read("user", path.join(home, ".opencode"), NAMES),
    ...(given ? read("environment", given, NAMES) : []),
    ...managedFolders.flatMap((folder) => read("managed", folder, NAMES)),
    ...managedPreferences(),
  ]
  if (env.OPENCODE_CONFIG_CONTENT)
    sources.push({
      name: "OPENCODE_CONFIG_CONTENT",
      text: env.OPENCODE_CONFIG_CONTENT,
      folder: undefined,
      trust: "environment",
    })
  return sources
}

/** The file that an error tells people to write to. */
export function userConfigFile(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_CONFIG_HOME || path.join(homedir(), ".config")
  const folder = path.join(base, "opencode")
  const found = ["opencode.jsonc", "opencode.json", "config.json"].find((name) =>
    existsSync(path.join(folder, name)),
  )
  return path.join(folder, found ?? "opencode.json")
}

const NAMES = ["opencode.jsonc", "opencode.json"]

/** Files in the folder, its `.opencode`, and all folders above, up to and with the root of the repository. */
function projectSources(directory: string): ConfigSource[] {
  const sources: ConfigSource[] = []
  for (let folder = resolveReal(directory); ; folder = path.dirname(folder)) {
    sources.push(...read("project", folder, NAMES), ...read("project", path.join(folder, ".opencode"), NAMES))
    if (folder === path.dirname(folder) || existsSync(path.join(folder, ".git"))) return sources
  }
}

function read(trust: Trust, folder: string, names: string[]): ConfigSource[] {
  return names.flatMap((name) => {
    const file = path.resolve(folder, name)
    const text = readText(file, trust)
    return text ? [{ name: file, text, folder: path.dirname(file), trust }] : []
  })
}

function readText(file: string, trust: Trust): string | undefined {
  try {
    return readSmallFile(file)
  } catch (error) {
    throw new SettingError(
      `${file} cannot be read (${(error as Error).message}), and it may say that OpenCode is offline`,
      trust === "managed"
        ? "Make it a file that this user can read, or ask who administers this machine."
        : "Make it a file that you can read, or remove it.",
    )
  }
}

function resolveReal(directory: string): string {
  try {
    return realpathSync(directory)
  } catch {
    return path.resolve(directory)
  }
}

function managedFolder(env: NodeJS.ProcessEnv, platform = process.platform): string {
  if (platform === "darwin") return "/Library/Application Support/opencode"
  if (platform === "win32") return path.join(env.ProgramData || "C:\\ProgramData", "opencode")
  return "/etc/opencode"
}

function isTrue(value: string | undefined): boolean {
  return /^(1|true)$/i.test(value ?? "")
}
