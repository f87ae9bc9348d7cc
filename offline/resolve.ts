import { statSync } from "node:fs"
import path from "node:path"
import { type BakedPolicy, builtInLines, builtInOrigin, UNBAKED } from "./baked.ts"
import { readConfigSources } from "./config-files.ts"
import { type ConfigSettings, readSettings } from "./config-settings.ts"
import { type Arguments, readArguments } from "./core/arguments.ts"
import { typedBaseUrl } from "./core/setup/options.ts"
import { SettingError } from "./error.ts"
import { entryForUrl, type Line } from "./policy.ts"

/** What the switch and the policy come to. */
export interface Resolution {
  /** What switched it on, for people; undefined when it is off. */
  origin: string | undefined
  /** Lines that allow, from those who may. Empty when off. */
  allow: Line[]
  /** Lines of those who may not allow: a project's own files and, in a locked build, everyone. */
  ignored: Line[]
}

export interface Surroundings {
  /** Words after the program's name. */
  words: readonly string[]
  env: NodeJS.ProcessEnv
  cwd: string
  /** What the build decided. */
  baked?: BakedPolicy
}

/**
 * Decides whether OpenCode is offline and what it may connect to. Any source switches on; none switches off what
 * another has switched on. Only the build, the environment, user-level and managed files, and the command line can
 * allow; in a locked build the build alone.
 * @throws SettingError for a value that is neither on nor off, and, when on, for a malformed entry
 */
export function resolve({ words, env, cwd, baked = UNBAKED }: Surroundings): Resolution {
  const said = readArguments(words)
  const settings = readConfigSources({ env, directories: directories(said, env, cwd) }).map((source) =>
    readSettings(source, env),
  )
  const on = [
    baked.mode === "always" ? builtInOrigin(baked) : undefined,
    ...said.offline.map(({ value, written }) => (isOn(value, written) ? written : undefined)),
    isOn(env.OPENCODE_OFFLINE ?? "", "OPENCODE_OFFLINE")
      ? `OPENCODE_OFFLINE=${env.OPENCODE_OFFLINE}`
      : undefined,
    ...settings.map(({ offline, source }) => (offline ? `"offline" in ${source.name}` : undefined)),
    baked.mode === "default-on" && !saysOff(said, env) ? builtInOrigin(baked) : undefined,
  ].find((origin) => origin !== undefined)
  if (on === undefined) return { origin: undefined, allow: [], ignored: [] }
  const trusted = [...variable(env), ...typed(said), ...lines(settings, (trust) => trust !== "project")]
  const untrusted = lines(settings, (trust) => trust === "project")
  const built = builtInLines(baked)
  return baked.locked
    ? { origin: on, allow: built, ignored: [...trusted, ...untrusted] }
    : { origin: on, allow: [...built, ...trusted], ignored: untrusted }
}

/** Whether someone said off in so many words: on the command line or in the environment, where no project can. */
function saysOff(said: Arguments, env: NodeJS.ProcessEnv): boolean {
  const values = [...said.offline.map(({ value }) => value), env.OPENCODE_OFFLINE ?? ""]
  return values.some((value) => value.trim() !== "" && OFF.includes(value.trim().toLowerCase()))
}

/** Whether the environment alone says on; a value that says nothing counts as on, so that it cannot mean online. */
export function environmentSaysOn(env: NodeJS.ProcessEnv): boolean {
  try {
    return isOn(env.OPENCODE_OFFLINE ?? "", "OPENCODE_OFFLINE")
  } catch {
    return true
  }
}

const ON = ["1", "true", "yes", "on"]
const OFF = ["0", "false", "no", "off", ""]

function isOn(value: string, name: string): boolean {
  const text = value.trim().toLowerCase()
  if (ON.includes(text)) return true
  if (OFF.includes(text)) return false
  throw new SettingError(
    `${name.split("=")[0]} has the value "${value}", which is neither on nor off`,
    `Write ${ON.join(", ")} for on, or ${OFF.filter(Boolean).join(", ")} or nothing for off.`,
  )
}

/** The first folder that the command line names is the project. If it is none, whatever else may be one is looked at. */
function directories(said: Arguments, env: NodeJS.ProcessEnv, cwd: string): string[] {
  const from = env.PWD && path.isAbsolute(env.PWD) ? env.PWD : cwd
  const [first, ...rest] = said.directories.map((directory) => path.resolve(from, directory))
  if (first !== undefined && isDirectory(first)) return [first]
  return [...new Set([...rest.filter(isDirectory), cwd])]
}

function isDirectory(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** Commas or spaces stand between entries. */
function variable(env: NodeJS.ProcessEnv): Line[] {
  const words = (env.OPENCODE_OFFLINE_ALLOW ?? "").split(/[\s,]+/).filter(Boolean)
  return words.map((text) => ({ text, origin: "OPENCODE_OFFLINE_ALLOW" }))
}

function typed(said: Arguments): Line[] {
  const urls = [
    { url: said.attach, origin: "the URL after attach" },
    { url: typedBaseUrl(said), origin: "the URL after --base-url" },
  ]
  return urls.flatMap(({ url, origin }) => {
    const text = url && entryForUrl(url)
    return text ? [{ text, origin }] : []
  })
}

function lines(
  settings: ConfigSettings[],
  wanted: (trust: ConfigSettings["source"]["trust"]) => boolean,
): Line[] {
  return settings.filter(({ source }) => wanted(source.trust)).flatMap((setting) => setting.lines)
}
