import { type BakedPolicy, UNBAKED } from "./baked.ts"
import { childModule } from "./children/module.ts"
import { frozen } from "./frozen.ts"
import type { Resolution } from "./resolve.ts"
import type { StateFolder } from "./state-folder.ts"

/** What a worker, or a child that is Bun, need not find out again. */
export interface Resolved extends Resolution {
  /** The file that an error tells people to write to. */
  userConfig: string
  baked: BakedPolicy
  /** Where OpenCode keeps its state while it is offline, if not where the user does. */
  state?: StateFolder
}

/** Carries what was resolved to a worker, which deletes it: children of the worker do not see it. */
export const HANDOVER = "OPENCODE_OFFLINE_RESOLUTION"

/**
 * What the main thread, or the process that started this one, has resolved. Nothing but the guard can hand it over: a
 * worker's constructor sets it over whatever a caller names, and OpenCode's own main thread takes none. A child that is
 * Bun is always offline.
 * @returns undefined when this thread is to find out by itself
 */
export function takeOver(): Resolved | undefined {
  const handed = process.env[HANDOVER]
  delete process.env[HANDOVER]
  if (isMainThread() && !childModule) return undefined
  if (handed !== undefined) return JSON.parse(handed) as Resolved
  return childModule ? { ...NOTHING, origin: "the process that started this one" } : undefined
}

/** Switched off. */
export const NOTHING: Resolved = frozen({
  origin: undefined,
  allow: [],
  ignored: [],
  userConfig: "",
  baked: UNBAKED,
})

export function isMainThread(): boolean {
  return (globalThis as { Bun?: { isMainThread: boolean } }).Bun?.isMainThread ?? true
}
