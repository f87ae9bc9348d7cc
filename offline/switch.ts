import type { BakedPolicy } from "./baked.ts"
import { childModule } from "./children/module.ts"
import { provideConfigurationImports } from "./core/config-imports.ts"
import { implyUpstreamFlags } from "./core/upstream-flags.ts"
import { refuseDebugger } from "./debugger.ts"
import { createReporter, logFile } from "./denials.ts"
import { frozen } from "./frozen.ts"
import { installGuard } from "./guard/install.ts"
import { HANDOVER, type Resolved } from "./handover.ts"
import { createPolicy, type Policy } from "./policy.ts"
import { defineProperty } from "./primordials.ts"
import { orStop } from "./setting.ts"
import { STATE } from "./state-folder.ts"

/** The switch and the policy of this thread, resolved once. Frozen in depth: any code can ask for it by this module's name. */
export interface OfflineState {
  /** What switched it on, for people; undefined when it is off. */
  origin: string | undefined
  policy: Policy
  /** What the build decided. */
  baked: BakedPolicy
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
  const { baked, origin, state: folder } = resolved
  const policy = frozen(createPolicy(resolved.allow, resolved.ignored))
  if (origin === undefined) return { origin, policy, baked }
  refuseDebugger(process.env)
  implyUpstreamFlags(process.env, policy)
  const log = logFile(process.env)
  // Children and workers may have another working directory.
  if (log !== undefined) process.env.OPENCODE_OFFLINE_LOG = log
  installGuard({
    policy,
    origin,
    userConfig: resolved.userConfig,
    locked: baked.locked,
    onDenied: createReporter(log, preload.slice(0, preload.lastIndexOf("/") + 1)),
    env: { ...process.env },
    worker: { preload, env: { [HANDOVER]: JSON.stringify(resolved) } },
    state: folder,
  })
  defineProperty(globalThis, GUARDED, { value: true })
  if (folder && !childModule) process.env[STATE] = folder.own
  // A child cannot see inside the executable.
  if (!childModule) provideConfigurationImports()
  return { origin, policy, baked, server: folder?.digest }
}
