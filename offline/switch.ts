import type { BakedPolicy } from "./baked.ts"
import { childModule } from "./children/module.ts"
import { provideConfigurationImports } from "./core/config-imports.ts"
import { implyUpstreamFlags } from "./core/upstream-flags.ts"
import { refuseDebugger } from "./debugger.ts"
import { createReporter, logFile, openLogs } from "./denials.ts"
import { frozen } from "./frozen.ts"
import { installGuard } from "./guard/install.ts"
import { HANDOVER, type Resolved } from "./handover.ts"
import type { KernelSettings } from "./kernel/settings.ts"
import type { ProjectCode } from "./policy/keys.ts"
import { createPolicy, type Policy } from "./policy.ts"
import { defineProperty, plain } from "./primordials.ts"
import type { PolicyLog } from "./rulings.ts"
import { guardServers } from "./server/gate.ts"
import { orStop } from "./setting.ts"
import { STATE } from "./state-folder.ts"
import { foldNames } from "./system.ts"

/** The switch and the policy of this thread, resolved once. Frozen in depth: any code can ask for it by this module's name. */
export interface OfflineState {
  /** What switched it on, for people; undefined when it is off. */
  origin: string | undefined
  policy: Policy
  /** What the build decided. */
  baked: BakedPolicy
  /** How the kernel holds every program that is started; undefined when it does not. */
  kernel?: KernelSettings
  /** Who locked the policy, for people; undefined when nobody did. */
  lockedBy?: string
  /** What becomes of what a project's own files would run; "allow" while the switch is off. */
  projectCode: ProjectCode
  /** The folder that OpenCode is started in, or for. */
  project: string
  /** Logs that the build or a managed file asks for. */
  logs: readonly PolicyLog[]
  /** What people are to know of settings that do not count. */
  notes: readonly string[]
  /** Names the policy to a server in the background; undefined when there is none. */
  server?: string
}

/**
 * Resolves the switch and, when it is on, sets upstream's network flags, puts the guard up, and has what configuration
 * folders import come from inside. To be called ahead of all
 * upstream code, in every thread; a second call changes nothing.
 * Ends the process with exit code 2 when a setting cannot be understood.
 * @param preload the file that workers run first; all of our code lies in its folder
 */
export function start(find: () => Resolved, preload: string): void {
  state ??= frozen(orStop(() => begin(find, preload)))
}

/** @throws Error ahead of {@link start} */
export function currentState(): OfflineState {
  if (!state) throw new Error("offline/index.ts has to be evaluated first")
  return state
}

export function isActive(): boolean {
  return currentState().origin !== undefined
}

/** Whether what a project's own files would run is left out. Until it is resolved, nothing of a project's is read. */
export function ignoresProject(): boolean {
  return state?.projectCode === "ignore"
}

/** What switched offline on, for people; "the switch is off" when nothing did. */
export function switchedOnBy(): string {
  return currentState().origin ?? "the switch is off"
}

/** Whether the guard stands in this thread already, put up by another copy of this code. */
export function isGuarded(): boolean {
  return (globalThis as { [GUARDED]?: true })[GUARDED] === true
}

const GUARDED: unique symbol = Symbol.for("opencode.offline.guarded") as never

let state: OfflineState | undefined

function begin(find: () => Resolved, preload: string): OfflineState {
  const resolved = find()
  const { baked, origin, state: folder, lockedBy, projectCode, project, notes, kernel } = resolved
  const policy = frozen(createPolicy(resolved.allow, resolved.ignored))
  const found = { origin, policy, baked, lockedBy, projectCode, project, notes, kernel, logs: resolved.logs }
  if (origin === undefined) return found
  refuseDebugger(process.env)
  implyUpstreamFlags(process.env, policy)
  // Children and workers may have another working directory.
  const named = logFile(process.env)
  if (named !== undefined) process.env.OPENCODE_OFFLINE_LOG = named
  const logs = openLogs(resolved.logs, process.env)
  const own = preload.slice(0, preload.lastIndexOf("/") + 1)
  installGuard({
    policy,
    origin,
    userConfig: resolved.userConfig,
    lockedBy,
    kernel,
    ...createReporter({ logs, own, project: resolved.project }),
    env: foldNames(plain(process.env)),
    worker: { preload, env: { [HANDOVER]: JSON.stringify(resolved) } },
    state: folder,
  })
  defineProperty(globalThis, GUARDED, { value: true })
  if (folder && !childModule) process.env[STATE] = folder.own
  // A child cannot see inside the executable, and is no server of OpenCode's.
  if (!childModule) {
    provideConfigurationImports()
    guardServers(process.env)
  }
  return { ...found, server: folder?.digest }
}
