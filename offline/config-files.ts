import { existsSync, lstatSync, realpathSync } from "node:fs"
import { homedir } from "node:os"
import path from "node:path"
import { SettingError } from "./error.ts"
import { writablePart } from "./file-rights.ts"
import { managedPreferences } from "./managed-preferences.ts"
import { isAbsence, readSmallFile } from "./read-file.ts"

/**
 * Who wrote it: only a project's file is not to be trusted, as it comes with the repository that is worked on. `build` is
 * what was put inside the executable.
 */
export type Trust = "build" | "managed" | "user" | "environment" | "project"

/** A configuration text, before it is parsed. */
export interface ConfigSource {
  /** For people: the file's path, the variable that holds the text, or where else it is. */
  name: string
  text: string
  /** What relative references in it start from; undefined when there is no such folder that can be trusted. */
  folder: string | undefined
  trust: Trust
  /** Of a managed file: what of it, the file or a folder, this user can write to. Then it says nothing for everyone. */
  writable?: string
}

export interface Places {
  env: NodeJS.ProcessEnv
  /** Folders that OpenCode will work in, absolute. */
  directories: string[]
  /** Where an administrator puts what holds for everyone. */
  managed?: string[]
  /** Whose rights count: by default this process's user. */
  uid?: number
}

/**
 * Every configuration that upstream reads from this machine, in its order. Those that are not there are left out.
 * @throws SettingError when one is there and cannot be read: it may say that OpenCode is offline
 */
export function readConfigSources({
  env,
  directories,
  managed = managedFolders(env),
  uid = process.getuid?.(),
}: Places): ConfigSource[] {
  const home = env.OPENCODE_TEST_HOME || homedir()
  const user = path.join(env.XDG_CONFIG_HOME || path.join(homedir(), ".config"), "opencode")
  const here = directories[0] ?? process.cwd()
  const given = env.OPENCODE_CONFIG_DIR && path.resolve(here, env.OPENCODE_CONFIG_DIR)
  // Upstream takes it in place of the managed folder. Whoever sets it is no administrator, and hides nothing.
  const inPlace = env.OPENCODE_TEST_MANAGED_CONFIG_DIR
  const managedSources = [
    ...managed.flatMap((folder) => read("managed", folder, NAMES)),
    ...managedPreferences(),
  ].map((source) => withRights(source, uid))
  const sources = [
    ...read("user", user, ["config.json", "opencode.json", "opencode.jsonc"]),
    ...(env.OPENCODE_CONFIG ? read("environment", here, [env.OPENCODE_CONFIG]) : []),
    ...(isTrue(env.OPENCODE_DISABLE_PROJECT_CONFIG) ? [] : directories.flatMap(projectSources)),
    ...read("user", path.join(home, ".opencode"), NAMES),
    ...(given ? read("environment", given, NAMES) : []),
    ...managedSources,
    ...(inPlace ? read("environment", path.resolve(here, inPlace), NAMES) : []),
  ]
  if (env.OPENCODE_CONFIG_CONTENT)
    sources.push({
      name: "OPENCODE_CONFIG_CONTENT",
      text: env.OPENCODE_CONFIG_CONTENT,
      folder: undefined,
      trust: "environment",
    })
  // Whoever works in the managed folder, or names a file of it, does not make the file his own.
  return sources.filter(
    (source) => source.trust === "managed" || !managedSources.some(({ name }) => name === source.name),
  )
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

function withRights(source: ConfigSource, uid: number | undefined): ConfigSource {
  return { ...source, writable: writablePart(source.name, uid) }
}

function readText(file: string, trust: Trust): string | undefined {
  try {
    const text = readSmallFile(file)
    // What a repository brings may lead nowhere: it was never there on this machine.
    if (text === undefined && trust !== "project" && leadsNowhere(file))
      throw new Error("it is a link that leads nowhere")
    return text
  } catch (error) {
    throw new SettingError(
      `${file} cannot be read (${(error as Error).message}), and it may say that OpenCode is offline`,
      trust === "managed"
        ? "Make it a file that this user can read, or ask who administers this machine."
        : "Make it a file that you can read, or remove it.",
    )
  }
}

/** Whether the file, or its folder, was put there and is gone: then it is not known what it said. */
function leadsNowhere(file: string): boolean {
  return [file, path.dirname(file)].some((part) => isLink(part) && !existsSync(part))
}

function isLink(part: string): boolean {
  try {
    return lstatSync(part).isSymbolicLink()
  } catch (error) {
    if (isAbsence(error)) return false
    throw error
  }
}

function resolveReal(directory: string): string {
  try {
    return realpathSync(directory)
  } catch {
    return path.resolve(directory)
  }
}

/** On Windows a variable may name another place than the system's own, which counts all the same. */
export function managedFolders(env: NodeJS.ProcessEnv, platform = process.platform): string[] {
  if (platform === "darwin") return ["/Library/Application Support/opencode"]
  if (platform !== "win32") return ["/etc/opencode"]
  const bases = new Set(["C:\\ProgramData", env.ProgramData || "C:\\ProgramData"])
  return [...bases].map((base) => path.join(base, "opencode"))
}

function isTrue(value: string | undefined): boolean {
  return /^(1|true)$/i.test(value ?? "")
}
