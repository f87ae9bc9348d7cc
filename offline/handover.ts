import { type BakedPolicy, UNBAKED } from "./baked.ts"
import { childModule } from "./children/module.ts"
import { SettingError } from "./error.ts"
import { frozen } from "./frozen.ts"
import type { Line } from "./policy.ts"
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

/** Carries what was resolved to a worker or a child, which deletes it: their own children do not see it. */
export const HANDOVER = "OPENCODE_OFFLINE_RESOLUTION"

let handed: string | undefined

/**
 * What the main thread, or the process that started this one, has resolved. A worker's constructor sets it over whatever a
 * caller names. A child that is Bun is always offline. OpenCode's own main thread finds out by itself: anyone can start it
 * with any handover, so it only ever {@link tightened | gets tighter} by that.
 * @returns undefined when this thread is to find out by itself
 */
export function takeOver(): Resolved | undefined {
  handed = process.env[HANDOVER]
  delete process.env[HANDOVER]
  if (isMainThread() && !childModule) return undefined
  if (handed !== undefined) return JSON.parse(handed) as Resolved
  const origin = "the process that started this one"
  return childModule ? { ...NOTHING, origin, projectCode: "ignore" } : undefined
}

/** What was handed to this process, as variables: for one that takes its place. */
export function handedOn(): Record<string, string> {
  return handed === undefined ? {} : { [HANDOVER]: handed }
}

/** Switched off. */
export const NOTHING: Resolved = frozen({
  origin: undefined,
  allow: [],
  ignored: [],
  projectCode: "allow",
  logs: [],
  project: "",
  notes: [],
  userConfig: "",
  baked: UNBAKED,
})

/** What an OpenCode hands to one that it starts, as far as it holds there, too. */
export type Parent = Pick<Resolution, "origin" | "allow" | "projectCode" | "logs">

/**
 * What the OpenCode that started this one resolved, when that is offline.
 * @throws SettingError when it cannot be read
 */
export function parents(): Parent | undefined {
  if (handed === undefined) return undefined
  try {
    const { origin, allow, projectCode, logs } = JSON.parse(handed) as Resolution
    if (origin === undefined) return undefined
    return {
      origin: String(origin),
      allow: allow.map(({ text, origin }) => ({ text: String(text), origin })),
      projectCode: projectCode === "allow" ? "allow" : "ignore",
      logs: logs.map((log) => ({ ...log, file: String(log.file) })),
    }
  } catch {
    throw new SettingError(
      `${HANDOVER} cannot be read`,
      `Unset ${HANDOVER}, which only OpenCode itself sets.`,
    )
  }
}

/** A child's own resolution without what its parent may not connect to or run, and with its logs. */
export function tightened(own: Resolution, parent: Omit<Parent, "origin">): Resolution {
  const isParents = ({ text }: Line) => parent.allow.some((line) => line.text === text)
  const more = own.allow.filter((line) => !isParents(line))
  const isOwn = ({ file }: { file: string }) => own.logs.some((log) => log.file === file)
  return {
    ...own,
    allow: own.allow.filter(isParents),
    ignored: [...more, ...own.ignored],
    projectCode: parent.projectCode === "ignore" ? "ignore" : own.projectCode,
    logs: [...own.logs, ...parent.logs.filter((log) => !isOwn(log))],
  }
}

export function isMainThread(): boolean {
  return (globalThis as { Bun?: { isMainThread: boolean } }).Bun?.isMainThread ?? true
}
