import { statSync } from "node:fs"
import { OfflineError } from "../error.ts"
import { isLauncher } from "../kit.ts"
import { child } from "../packages.ts"
import { apply, defineProperty, indexOf, isArray, plain, slice, startsWith, toText } from "../primordials.ts"
import { bunObject } from "./builtin.ts"
import { type ChildHandover, childFiles } from "./child-files.ts"

type Environment = Record<string, string | undefined>
type Call = (...args: unknown[]) => unknown

interface SpawnOptions {
  cmd?: string[]
  cwd?: string
  env?: Environment | null
}

/** Makes the runtime be Bun itself, and skip all that the executable holds. */
const AS_BUN = "BUN_BE_BUN"

/** Port 9 on loopback: nothing listens there, so whatever asks is refused at once. */
const NOWHERE = "http://127.0.0.1:9/"

/**
 * Children from this executable. As OpenCode it starts offline, under this process's own allow-list. As Bun it runs
 * files, with this guard ahead of them, and does nothing else: all that installs is refused. What a shell might start as
 * Bun finds the guard, no registry and no proxy in its environment. Other children are started as they were asked for.
 * `node:child_process` starts all of its children through `Bun.spawn` and `Bun.spawnSync`, which it reads at every call.
 */
export function interceptChildren(handover: ChildHandover): void {
  const bun = bunObject()
  if (!bun) return
  for (const name of ["spawn", "spawnSync"]) {
    const native = bun[name] as Call
    const guarded: Call = (first, second) => apply(native, bun, judged(first, second, handover))
    bun[name] = defineProperty(guarded, "name", { value: name })
  }
  if (bun.$) bun.$ = guardShell(bun.$ as Call, handover)
  if (bun.cron) bun.cron = guardCron(bun.cron as Call)
  replaceExecve(handover)
}

/** With a path it has the system start Bun later, where no guard is; with a function it is a timer. */
function guardCron(native: Call): Call {
  return new Proxy(native, {
    apply(target, self, args) {
      if (typeof args[0] === "string" && typeof args[1] === "function") return apply(target, self, args)
      throw new OfflineError(
        "Bun.cron was blocked: OpenCode is offline, and a job that the system starts could not be guarded; give it a function",
      )
    },
  })
}

/** `process.execve` puts a program in the place of this process: what holds for a child holds for it. */
function replaceExecve(handover: ChildHandover): void {
  const native = (process as { execve?: Call }).execve
  if (!native) return
  const guarded: Call = (file, args, env) => {
    const words = isArray(args) ? args : []
    const command = [file]
    for (let index = 1; index < words.length; index++) command[index] = words[index]
    const [program, options] = judged(command, { env }, handover) as [string[], SpawnOptions]
    const variables = environment(options)
    const set: Record<string, string> = {}
    for (const name in variables) if (variables[name] !== undefined) set[name] = toText(variables[name])
    const place = program[0]
    program[0] = toText(words[0] ?? place)
    return apply(native, process, [place, program, set])
  }
  Object.assign(process, { execve: defineProperty(guarded, "name", { value: "execve" }) })
}

function judged(first: unknown, second: unknown, handover: ChildHandover): unknown[] {
  const options = plain<SpawnOptions>(Object(isArray(first) ? second : first))
  const given = isArray(first) ? first : options.cmd
  // Not a command: the runtime's own error says so.
  if (!isArray(given)) return [first, second]
  const command: string[] = []
  for (let index = 0; index < given.length; index++) command[index] = toText(given[index])
  delete options.cmd
  const env = environment(options)
  if (isSet(env[AS_BUN])) return asBun(command, options, env, handover)
  const file = located(command[0], options.cwd, env)
  if (isSelf(file)) return [command, { ...options, env: asOpencode(env, handover) }]
  if (!(file && isLauncher(file)) && !mentions(command)) return [command, options]
  return [command, { ...options, env: { ...env, ...guardedBun(handover), ...CLOSED_PROXIES } }]
}

function asBun(
  command: string[],
  options: SpawnOptions,
  env: Environment,
  handover: ChildHandover,
): unknown[] {
  const guarded = { ...env, ...guardedBun(handover) }
  if (!isSelf(located(command[0], options.cwd, env)))
    return [command, { ...options, env: { ...guarded, ...CLOSED_PROXIES } }]
  command[0] = process.execPath
  // `child_process.fork` hands on what this process was started with.
  while (includes(process.execArgv, command[1])) command.splice(1, 1)
  const [words] = child(command, { ...options, env: guarded })
  // A launcher of the kit, which starts this executable again.
  if (words[0] !== process.execPath) return [words, { ...options, env: { ...guarded, ...CLOSED_PROXIES } }]
  if (!runsFile(words, options.cwd))
    throw new OfflineError(
      `\`bun ${words.slice(1).join(" ")}\` was not run: OpenCode is offline, and its own Bun then runs files only`,
    )
  return [words, { ...options, env: guarded }]
}

/** `run NAME`, a file, or code on the command line; with options ahead of it, it could do anything. */
function runsFile([, verb = "", name = ""]: string[], cwd = process.cwd()): boolean {
  if (verb === "run") return name !== "" && !startsWith(name, "-")
  if (verb === "-e" || verb === "-p" || verb === "--eval" || verb === "--print") return true
  if (verb === "--version" || verb === "--revision" || verb === "--help") return true
  return !startsWith(verb, "-") && exists(startsWith(verb, "/") ? verb : `${cwd}/${verb}`)
}

function guardedBun(handover: ChildHandover): Environment {
  const { preload, config } = childFiles(handover.module)
  return {
    // Without a configuration of its own, a bunfig.toml in the working directory has its preload run and not ours.
    BUN_OPTIONS: `--preload=${preload} --config=${config} --no-env-file --no-install --no-macros`,
    NPM_CONFIG_REGISTRY: NOWHERE,
    npm_config_registry: NOWHERE,
    npm_config_offline: "true",
    BUN_CONFIG_REGISTRY: NOWHERE,
    ...NO_DEBUGGER,
    ...handover.env,
    OPENCODE_OFFLINE: "1",
  }
}

/** With these the runtime connects to a debugger by itself, ahead of any code. */
const NO_DEBUGGER: Environment = {
  BUN_INSPECT: undefined,
  BUN_INSPECT_CONNECT_TO: undefined,
  BUN_INSPECT_NOTIFY: undefined,
}

const CLOSED_PROXIES: Environment = {
  HTTP_PROXY: NOWHERE,
  HTTPS_PROXY: NOWHERE,
  http_proxy: NOWHERE,
  https_proxy: NOWHERE,
  NO_PROXY: "localhost,127.0.0.1,::1",
  no_proxy: "localhost,127.0.0.1,::1",
}

/** What decides on the policy is as it was when this process started. */
function asOpencode(env: Environment, { atStart }: ChildHandover): Environment {
  const { OPENCODE_OFFLINE_ALLOW, BUN_OPTIONS } = atStart
  return { ...env, ...NO_DEBUGGER, OPENCODE_OFFLINE: "1", OPENCODE_OFFLINE_ALLOW, BUN_OPTIONS }
}

/** Bun's shell starts programs natively, so what is to become of this executable there is refused instead. */
function guardShell(native: Call, handover: ChildHandover): Call {
  const refuse = (env: Environment, text: string) => {
    if (isSet(env[AS_BUN]) || indexOf(withoutQuotes(text), AS_BUN) !== -1)
      throw new OfflineError(
        "Bun.$ was blocked: OpenCode is offline, and a Bun that is started from a shell could not be guarded; use Bun.spawn",
      )
  }
  const shell = native as Call & { ShellPromise?: { prototype: Record<string, Call> } }
  for (const holder of [native as unknown as Record<string, Call>, shell.ShellPromise?.prototype]) {
    const setEnvironment = holder?.env
    if (!holder || !setEnvironment) continue
    holder.env = function env(this: unknown, given: unknown) {
      const copy = plain<Environment>((given ?? process.env) as Environment)
      refuse(copy, "")
      return apply(setEnvironment, this, [{ ...asOpencode(copy, handover) }])
    }
  }
  return new Proxy(native, {
    apply(target, self, args) {
      const [strings, ...values] = args as [{ raw: string[] }, ...unknown[]]
      let text = ""
      for (let index = 0; index < strings.raw.length; index++)
        text += strings.raw[index]! + worded(values[index])
      refuse(process.env, text)
      return apply(target, self, args) as unknown
    },
  })
}

/** A value as the shell spells it out. */
function worded(value: unknown): string {
  if (value === undefined) return ""
  if (!isArray(value))
    return typeof value === "object" && value && "raw" in value ? toText(value.raw) : toText(value)
  let text = ""
  for (let index = 0; index < value.length; index++) text += `${worded(value[index])} `
  return text
}

function withoutQuotes(text: string): string {
  let plainText = ""
  for (let index = 0; index < text.length; index++) {
    const letter = slice(text, index, index + 1)
    if (indexOf("\"'\\", letter) === -1) plainText += letter
  }
  return plainText
}

function environment({ env }: SpawnOptions): Environment {
  return plain<Environment>(env ?? process.env)
}

function isSet(value: unknown): boolean {
  const text = toText(value ?? "")
  return text !== "" && text !== "0" && text !== "false"
}

function includes(words: string[], word: string | undefined): boolean {
  for (let index = 0; index < words.length; index++) if (words[index] === word) return true
  return false
}

function mentions(command: string[]): boolean {
  for (let index = 0; index < command.length; index++)
    if (indexOf(withoutQuotes(command[index]!), AS_BUN) !== -1) return true
  return false
}

/** A link of the system's where there is one: the executable may have been replaced since. */
const EXECUTABLE = process.platform === "linux" ? "/proc/self/exe" : process.execPath

const { which } =
  (globalThis as { Bun?: { which?: (name: string, options: object) => string | null } }).Bun ?? {}

/** The file that a command runs. */
function located(name: string | undefined, cwd: string | undefined, env: Environment): string | undefined {
  if (!name || name === process.execPath) return name
  return which?.(name, { cwd: cwd ?? process.cwd(), PATH: env.PATH ?? process.env.PATH }) ?? undefined
}

/** Whether a file is the one that this process runs from, by any name. */
function isSelf(file: string | undefined): boolean {
  if (!file) return false
  if (file === process.execPath) return true
  try {
    const [one, other] = [statSync(file), statSync(EXECUTABLE)]
    return one.dev === other.dev && one.ino === other.ino
  } catch {
    return false
  }
}

function exists(file: string): boolean {
  try {
    return statSync(file).isFile()
  } catch {
    return false
  }
}
