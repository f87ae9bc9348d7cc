import { statSync } from "node:fs"
import { OfflineError } from "../error.ts"
import { bunObject } from "../guard/builtin.ts"
import { apply, defineProperty, isArray, plain, prepend, rest, toObject, toText } from "../primordials.ts"
import { currentFolder, executable, ownPlatform } from "../process.ts"
import { holdOwnFolders } from "../project/trust.ts"
import { foldNames } from "../system.ts"
import { bunCommand } from "./as-bun.ts"
import { guardCron } from "./cron.ts"
import {
  AS_BUN,
  bunEnvironment,
  type ChildHandover,
  CLOSED_PROXIES,
  type Environment,
  inherited,
  isSet,
  opencodeEnvironment,
  readEnvironment,
} from "./environment.ts"
import { childFiles } from "./files.ts"
import { gitVariables, isGit } from "./git.ts"
import { isLauncher, launcher } from "./launcher.ts"
import { mentionsBun } from "./mention.ts"
import { nodeScript } from "./node-script.ts"
import { refuseProjectProgram } from "./project-program.ts"
import { guardShell } from "./shell.ts"

type Call = (...args: unknown[]) => unknown

interface SpawnOptions {
  cmd?: string[]
  cwd?: string
  env?: Environment | null
}

/** What is started in the place of what was asked for. */
interface Child {
  command: string[]
  options: SpawnOptions
}

/**
 * Children from this executable. As OpenCode it starts offline, under this process's own allow-list. As Bun it runs
 * files, with this guard ahead of them, and does nothing else: all that installs is refused. What a shell might start as
 * Bun, and all that `Bun.$` starts, finds the guard, no registry and no proxy in its environment. A program that PATH has not comes from the kit, and a
 * package's program is run as Bun where upstream wants that, or there is no Node. git connects to what the policy allows.
 * Other children are started as they were asked for.
 * `node:child_process` starts all of its children through `Bun.spawn` and `Bun.spawnSync`, which it reads at every call.
 */
export function interceptChildren(handover: ChildHandover): void {
  const bun = bunObject()
  if (!bun) return
  holdOwnFolders()
  for (const name of ["spawn", "spawnSync"]) {
    const native = bun[name] as Call
    const guarded: Call = (first, second) => {
      const { command, options } = judged(first, second, handover)
      // What was laid over may be there in another case.
      if (options.env) options.env = foldNames(options.env)
      return apply(native, bun, [command, options])
    }
    bun[name] = defineProperty(guarded, "name", { value: name })
  }
  if (bun.$) bun.$ = guardShell(bun.$ as Call, (env) => forAll(readEnvironment(env), handover))
  if (bun.cron) bun.cron = guardCron(bun.cron as Call)
  replaceExecve(handover)
}

/** `process.execve` puts a program in the place of this process: what holds for a child holds for it. */
function replaceExecve(handover: ChildHandover): void {
  const native = (process as { execve?: Call }).execve
  if (!native) return
  const guarded: Call = (file, args, env) => {
    const words = isArray(args) ? args : []
    const command = [file]
    for (let index = 1; index < words.length; index++) command[index] = words[index]
    const child = judged(command, { env }, handover)
    const variables = readEnvironment(child.options.env ?? process.env)
    const set: Record<string, string> = {}
    for (const name in variables) if (variables[name] !== undefined) set[name] = variables[name]
    const place = child.command[0]
    child.command[0] = toText(words[0] ?? place)
    return apply(native, process, [place, child.command, set])
  }
  Object.assign(process, { execve: defineProperty(guarded, "name", { value: "execve" }) })
}

function judged(first: unknown, second: unknown, handover: ChildHandover): Child {
  const options = plain<SpawnOptions>(toObject(isArray(first) ? second : first))
  const given = isArray(first) ? first : options.cmd
  if (!isArray(given))
    throw new OfflineError("A child was not started: OpenCode is offline, and the command is not an array")
  const command: string[] = []
  for (let index = 0; index < given.length; index++) command[index] = toText(given[index])
  delete options.cmd
  if (options.cwd) options.cwd = toText(options.cwd)
  else delete options.cwd
  const env = inherited(foldNames(readEnvironment(options.env ?? process.env)), handover)
  options.env = env
  const found = located(command[0], options.cwd, env)
  refuseProjectProgram(found ?? command[0] ?? "", options.cwd)
  const script = nodeScript(command[0], options.cwd)
  if (script && (isSet(env[AS_BUN]) || !located("node", options.cwd, env)))
    return {
      command: runScript(script, command),
      options: plain(options, { env: isBun(plain(env, { [AS_BUN]: "1" }), handover) }),
    }
  if (isSet(env[AS_BUN])) return asBun(command, isSelf(found), options, env, handover)
  if (isSelf(found)) return { command, options: plain(options, { env: opencodeEnvironment(env, handover) }) }
  const file = found ?? launcher(command[0] ?? "")
  if (isGit(file ?? "")) return { command, options: plain(options, { env: git(command, env, handover) }) }
  if (file && isLauncher(file)) command[0] = file
  else if (!someMentionBun(command)) return { command, options }
  return { command, options: plain(options, { env: mayStartBun(env, handover) }) }
}

function git(command: string[], env: Environment, handover: ChildHandover): Environment {
  const base = someMentionBun(command) ? mayStartBun(env, handover) : env
  return plain(base, gitVariables(command, handover.decide))
}

function asBun(
  command: string[],
  isSelf: boolean,
  options: SpawnOptions,
  env: Environment,
  handover: ChildHandover,
): Child {
  if (!isSelf) return { command, options: plain(options, { env: mayStartBun(env, handover) }) }
  command[0] = executable
  const words = bunCommand(withoutOwnOptions(command), options.cwd)
  const isOwn = words[0] === executable
  return {
    command: words,
    options: plain(options, { env: isOwn ? isBun(env, handover) : mayStartBun(env, handover) }),
  }
}

/** `child_process.fork` hands on what this process was started with. */
function withoutOwnOptions(command: string[]): string[] {
  let first = 1
  while (includes(OWN_OPTIONS, command[first])) first++
  return prepend(command[0], rest(command, first)) as string[]
}

/** Of the runtime, as it was started. */
const OWN_OPTIONS = [...process.execArgv]

/** With this executable in the place of Node: it need not be there, and the guard runs ahead of the program. */
function runScript(file: string, command: string[]): string[] {
  const words = [executable, "run", file]
  for (let index = 1; index < command.length; index++) words[words.length] = command[index]!
  return words
}

function isBun(env: Environment, handover: ChildHandover): Environment {
  return plain(env, bunEnvironment(childFiles(handover.module), handover))
}

function mayStartBun(env: Environment, handover: ChildHandover): Environment {
  return plain(isBun(env, handover), CLOSED_PROXIES)
}

/** For a program that is not known: it may be this executable, as OpenCode or as Bun, or start it. */
function forAll(env: Environment, handover: ChildHandover): Environment {
  return mayStartBun(opencodeEnvironment(inherited(foldNames(env), handover), handover), handover)
}

function includes(words: string[], word: string | undefined): boolean {
  for (let index = 0; index < words.length; index++) if (words[index] === word) return true
  return false
}

function someMentionBun(command: string[]): boolean {
  for (let index = 0; index < command.length; index++) if (mentionsBun(command[index]!)) return true
  return false
}

/** A link of the system's where there is one: the executable may have been replaced since. */
const EXECUTABLE = ownPlatform === "linux" ? "/proc/self/exe" : executable

const { which } =
  (globalThis as { Bun?: { which?: (name: string, options: object) => string | null } }).Bun ?? {}

/** The file that a command runs. */
function located(name: string | undefined, cwd: string | undefined, env: Environment): string | undefined {
  if (!name || name === executable) return name
  return which?.(name, { cwd: cwd ?? currentFolder(), PATH: env.PATH ?? process.env.PATH }) ?? undefined
}

/** Whether a file is the one that this process runs from, by any name. */
function isSelf(file: string | undefined): boolean {
  if (!file) return false
  if (file === executable) return true
  try {
    const one = statSync(file, EXACT)
    const other = statSync(EXECUTABLE, EXACT)
    return one.dev === other.dev && one.ino === other.ino
  } catch {
    return false
  }
}

/** The numbers of files are longer on Windows than a number is exact. */
const EXACT = plain({ bigint: true } as const)
