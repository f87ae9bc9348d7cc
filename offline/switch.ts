import type { BakedPolicy } from "./baked.ts"
import { childModule } from "./children/module.ts"
import { provideConfigurationImports } from "./core/config-imports.ts"
import { implyUpstreamFlags } from "./core/upstream-flags.ts"
import { refuseDebugger } from "./debugger.ts"
import { createReporter, logFile } from "./denials.ts"
import { type Denial, installGuard } from "./guard/install.ts"
import { HANDOVER, type Resolved } from "./handover.ts"
import type { KernelSettings } from "./kernel/settings.ts"
import type { ProjectCode } from "./policy/keys.ts"
import { createPolicy, type Policy } from "./policy.ts"
import { orStop } from "./setting.ts"
import { STATE } from "./state-folder.ts"

/** The switch and the policy of this thread, resolved once. */
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
  /** What people are to know of settings that do not count. */
  notes: readonly string[]
  /** Names the policy to a server in the background; undefined when there is none. */
  server?: string
  /** What was refused in this thread so far, oldest first. */
  denied: readonly Denial[]
}

/**
 * Resolves the switch and, when it is on, sets upstream's network flags, puts the guard up, and has what configuration
 * folders import come from inside. To be called ahead of all
 * upstream code, in every thread; a second call changes nothing.
 * Ends the process with exit code 2 when a setting cannot be understood.
 * @param preload the file that workers run first; all of our code lies in its folder
 */
export function start(find: () => Resolved, preload: string): void {
  state ??= orStop(() => begin(find, preload))
}

/** @throws Error ahead of {@link start} */
export function currentState(): OfflineState {
  if (!state) throw new Error("offline/index.ts has to be evaluated first")
  return state
}

export function isActive(): boolean {
  return currentState().origin !== undefined
}

/** What switched offline on, for people; "the switch is off" when nothing did. */
export function switchedOnBy(): string {
  return currentState().origin ?? "the switch is off"
}

let state: OfflineState | undefined

function begin(find: () => Resolved, preload: string): OfflineState {
  const resolved = find()
  const { baked, origin, state: folder, lockedBy, projectCode, notes, kernel } = resolved
  const policy = createPolicy(resolved.allow, resolved.ignored)
  const found = { origin, policy, baked, lockedBy, projectCode, notes, kernel }
  if (origin === undefined) return { ...found, denied: [] }
  refuseDebugger(process.env)
  implyUpstreamFlags(process.env, policy)
  const log = logFile(process.env)
  // Children and workers may have another working directory.
  if (log !== undefined) process.env.OPENCODE_OFFLINE_LOG = log
  const denied = installGuard({
    policy,
    origin,
    userConfig: resolved.userConfig,
    lockedBy,
    onDenied: createReporter(log, preload.slice(0, preload.lastIndexOf("/") + 1)),
    env: { ...process.env },
    worker: { preload, env: { [HANDOVER]: JSON.stringify(resolved) } },
    state: folder,
  })
  if (folder && !childModule) process.env[STATE] = folder.own
  // A child cannot see inside the executable.
  if (!childModule) provideConfigurationImports()
  return { ...found, server: folder?.digest, denied }
}
