import { statSync } from "node:fs"
import path from "node:path"
import { type BakedPolicy, UNBAKED } from "./baked.ts"
import { type ConfigSource, readConfigSources } from "./config-files.ts"
import { type ConfigSettings, readSettings } from "./config-settings.ts"
import { type Arguments, readArguments } from "./core/arguments.ts"
import { typedBaseUrl } from "./core/setup/options.ts"
import { SettingError } from "./error.ts"
import { describeWritable } from "./file-rights.ts"
import { askedOfKernel, KERNEL } from "./kernel/asked.ts"
import type { KernelSettings } from "./kernel/settings.ts"
import type { ProjectCode } from "./policy/keys.ts"
import { endpointOf, type Line } from "./policy.ts"
import { type PolicyLog, type Ruled, rule } from "./rulings.ts"

/** What the switch and the policy come to. */
export interface Resolution {
  /** What switched it on, for people; undefined when it is off. */
  origin: string | undefined
  /** Lines that allow, from those who may. Empty when off. */
  allow: Line[]
  /** Lines of those who may not allow: a project's own files and, when the policy is locked, everyone who did not lock it. */
  ignored: Line[]
  /** Who locked the policy, for people: this build, or a managed file. Also when it is off. */
  lockedBy?: string
  /** What becomes of what a project's own files would run. "allow" when it is off. */
  projectCode: ProjectCode
  /** How the kernel holds every program that is started; undefined when it is not to. */
  kernel?: KernelSettings
  /** Logs that the build or a managed file asks for. */
  logs: PolicyLog[]
  /** The folder that OpenCode is started in, or for. */
  project: string
  /** What people are to know of settings that do not count. */
  notes: string[]
}

export interface Surroundings {
  /** Words after the program's name. */
  words: readonly string[]
  env: NodeJS.ProcessEnv
  cwd: string
  /** What the build decided. */
  baked?: BakedPolicy
  /** The default configuration that the build put inside. */
  inside?: ConfigSource
  /** Where an administrator puts what holds for everyone, if not where the system has it. */
  managed?: string[]
  /** Whose rights to it count, if not this process's user. */
  uid?: number
}

/**
 * Decides whether OpenCode is offline and what it may connect to. Any source switches on; none switches off what
 * another has switched on. Only the build, the environment, user-level and managed files, and the command line can
 * allow; when the build or a managed file locks the policy, these two alone, and nobody switches off.
 * @throws SettingError for a value that is neither on nor off, and, when on, for a malformed entry
 */
export function resolve({
  words,
  env,
  cwd,
  baked = UNBAKED,
  inside,
  managed,
  uid,
}: Surroundings): Resolution {
  const said = readArguments(words)
  const folders = directories(said, env, cwd)
  const sources = readConfigSources({ env, directories: folders, managed, uid })
  const settings = [...(inside ? [inside] : []), ...sources].map((source) => readSettings(source, env))
  const ruling = settings.filter(rules)
  const ruled = rule(baked, ruling)
  const on = switchedOnBy(said, env, settings, ruled)
  const general = { lockedBy: ruled.lockedBy, project: folders[0] ?? cwd, notes: settings.flatMap(noteOf) }
  const wanted = codeOfProjects(env, settings, ruled)
  if (on === undefined)
    return { origin: undefined, allow: [], ignored: [], ...general, projectCode: "allow", logs: [] }
  const values = [...said.offline.map(({ value }) => value), env.OPENCODE_OFFLINE ?? ""]
  return {
    origin: on,
    kernel: askedOfKernel({ values, baked, settings, ruling }),
    ...lines(said, env, settings, ruled),
    ...general,
    projectCode: wanted,
    logs: ruled.logs,
  }
}

/** Whether a configuration decides for everyone: it is managed, and this user cannot change it. */
function rules({ source }: ConfigSettings): boolean {
  return source.trust === "managed" && source.writable === undefined
}

/** The keys of a managed file that are without effect, as it is not an administrator's alone. */
function noteOf({ source, keys }: ConfigSettings): string[] {
  const vain = (["locked", "log"] as const).filter((name) => keys[name] !== undefined)
  if (source.writable === undefined || vain.length === 0) return []
  const named = vain.map((name) => `"${name}"`).join(", ")
  return [`${source.name}: ${named} of "offline" do not count, as ${describeWritable(source.writable)}`]
}

function switchedOnBy(
  said: Arguments,
  env: NodeJS.ProcessEnv,
  settings: ConfigSettings[],
  { mode, lockedBy }: Ruled,
): string | undefined {
  const isHeld = lockedBy !== undefined || !saysOff(said, env)
  return [
    mode.value === "always" ? mode.origin : undefined,
    ...said.offline.map(({ value, written }) => (isOn(value, written) ? written : undefined)),
    isOn(env.OPENCODE_OFFLINE ?? "", "OPENCODE_OFFLINE")
      ? `OPENCODE_OFFLINE=${env.OPENCODE_OFFLINE}`
      : undefined,
    ...settings.map(({ offline, source }) => (offline ? `"offline" in ${source.name}` : undefined)),
    isHeld && mode.value === "default-on" ? mode.origin : undefined,
    // Of a managed file that does not decide for everyone, too: whatever switches on counts.
    ...settings.map(({ keys, source }) =>
      isHeld && keys.mode === "default-on" ? `"offline" in ${source.name}` : undefined,
    ),
  ].find((origin) => origin !== undefined)
}

/** What allows, and what is asked for in vain. */
function lines(
  said: Arguments,
  env: NodeJS.ProcessEnv,
  settings: ConfigSettings[],
  { allow, lockedBy }: Ruled,
): Pick<Resolution, "allow" | "ignored"> {
  const of = (wanted: boolean) =>
    settings
      .filter(({ source }) => (source.trust === "project") === wanted)
      .flatMap((setting) => setting.lines)
  const trusted = [...variable(env), ...typed(said), ...of(false)]
  if (lockedBy === undefined) return { allow: [...allow, ...trusted], ignored: of(true) }
  const isInside = (line: Line) =>
    settings.some(({ source, lines }) => source.trust === "build" && lines.includes(line))
  const counts = (line: Line) =>
    allow.some(({ text, origin }) => text === line.text && (origin === line.origin || isInside(line)))
  return { allow, ignored: [...trusted, ...of(true)].filter((line) => !counts(line)) }
}

/** Everyone may have it left out; only who rules may let it be. */
function codeOfProjects(env: NodeJS.ProcessEnv, settings: ConfigSettings[], ruled: Ruled): ProjectCode {
  const value = env.OPENCODE_OFFLINE_PROJECT_CODE ?? ""
  if (!["", "allow", "ignore"].includes(value))
    throw new SettingError(
      `OPENCODE_OFFLINE_PROJECT_CODE has the value "${value}"`,
      'Write "ignore", "allow" or nothing.',
    )
  const ignored = value === "ignore" || settings.some(({ keys }) => keys.projectCode === "ignore")
  return ignored ? "ignore" : ruled.projectCode
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

const ON = ["1", "true", "yes", "on", KERNEL]
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
    const endpoint = url ? endpointOf(url) : undefined
    return endpoint ? [{ ...endpoint, origin }] : []
  })
}
