import { type BakedPolicy, readBakedPolicy, UNBAKED } from "./baked.ts"
import { userConfigFile } from "./config-files.ts"
import { refuseDebugger } from "./debugger.ts"
import { createReporter, logFile } from "./denials.ts"
import { SettingError } from "./error.ts"
import { CHILD_MODULE } from "./guard/child-files.ts"
import { type Denial, installGuard } from "./guard/install.ts"
import { createPolicy, type Policy } from "./policy.ts"
import { environmentSaysOn, type Resolution, resolve } from "./resolve.ts"
import { implyUpstreamFlags } from "./upstream-flags.ts"

/** The switch and the policy of this thread, resolved once. */
export interface OfflineState {
  /** What switched it on, for people; undefined when it is off. */
  origin: string | undefined
  policy: Policy
  /** What the build decided. */
  baked: BakedPolicy
  /** What was refused in this thread so far, oldest first. */
  denied: readonly Denial[]
}

/** The option as yargs takes it. It is read long before yargs; here it is only declared. */
export const option = {
  type: "boolean",
  describe: "make no connection that the policy does not allow (see `opencode offline`)",
} as const

/**
 * Resolves the switch and, when it is on, sets upstream's network flags and puts the guard up. To be called ahead of all
 * upstream code, in every thread; a second call changes nothing. A worker takes over what the main thread resolved.
 * Ends the process with exit code 2 when a setting cannot be understood.
 */
export function start(): OfflineState {
  state ??= begin()
  return state
}

export function isActive(): boolean {
  return start().origin !== undefined
}

/** What switched offline on, for people; "the switch is off" when nothing did. */
export function switchedOnBy(): string {
  return start().origin ?? "the switch is off"
}

let state: OfflineState | undefined

/** Carries the resolution to a worker, which deletes it: children of the worker do not see it. */
const HANDOVER = "OPENCODE_OFFLINE_RESOLUTION"

/** Set when this code runs from a file, in a child that is Bun. */
const childModule = (globalThis as { [CHILD_MODULE]?: string })[CHILD_MODULE]

/** Where this code lies, in the executable or else in a file; a worker runs it first. */
const PRELOAD = childModule ?? import.meta.path

/** What a worker, or a child that is Bun, need not find out again. */
interface Handover extends Resolution {
  /** The file that an error tells people to write to. */
  userConfig: string
  baked: BakedPolicy
}

function begin(): OfflineState {
  try {
    const resolution = isMainThread() && !childModule ? resolveHere() : takeOver()
    const { baked, origin } = resolution
    const policy = createPolicy(resolution.allow, resolution.ignored)
    if (origin === undefined) return { origin, policy, baked, denied: [] }
    refuseDebugger(process.env)
    implyUpstreamFlags(process.env)
    const log = logFile(process.env)
    // Children and workers may have another working directory.
    if (log !== undefined) process.env.OPENCODE_OFFLINE_LOG = log
    const denied = installGuard({
      policy,
      origin,
      userConfig: resolution.userConfig,
      locked: baked.locked,
      onDenied: createReporter(log, PRELOAD),
      env: { ...process.env },
      worker: { preload: PRELOAD, env: { [HANDOVER]: JSON.stringify(resolution) } },
    })
    return { origin, policy, baked, denied }
  } catch (error) {
    if (!(error instanceof SettingError)) throw error
    process.stderr.write(`opencode: ${error.message}\n  ${error.next}\n`)
    process.exit(2)
  }
}

function resolveHere(): Handover {
  delete process.env[HANDOVER]
  const baked = readBakedPolicy()
  const resolution = resolve({ words: process.argv.slice(2), env: process.env, cwd: process.cwd(), baked })
  const userConfig = resolution.origin === undefined ? "" : userConfigFile(process.env)
  return { ...resolution, userConfig, baked }
}

/**
 * What the main thread, or the process that started this one, has resolved. Nothing but the guard can hand it over: a
 * worker's constructor sets it over whatever a caller names. Without it the main thread is off, unless the environment
 * says otherwise; a child that is Bun is always offline.
 */
function takeOver(): Handover {
  const handed = process.env[HANDOVER]
  delete process.env[HANDOVER]
  if (handed !== undefined) return JSON.parse(handed) as Handover
  if (!childModule && environmentSaysOn(process.env)) return resolveHere()
  const origin = childModule && "the process that started this one"
  return { origin, allow: [], ignored: [], userConfig: "", baked: UNBAKED }
}

function isMainThread(): boolean {
  return (globalThis as { Bun?: { isMainThread: boolean } }).Bun?.isMainThread ?? true
}
