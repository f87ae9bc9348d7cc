import type { BakedPolicy } from "./baked.ts"
import type { ConfigSettings } from "./config-settings.ts"
import { intersect } from "./policy/intersect.ts"
import { type LogKeys, MODES, type PolicyKeys, type ProjectCode } from "./policy/keys.ts"
import type { Line } from "./policy.ts"

/** What holds for everyone: what was built in, or what is managed. */
interface Ruling {
  /** Who says so, for people: "this build", or a file. */
  by: string
  mode: { value: NonNullable<PolicyKeys["mode"]>; origin: string }
  locked: boolean
  allow: Line[]
  projectCode?: ProjectCode
  logs: PolicyLog[]
}

/** A log that a policy asks for. */
export interface PolicyLog extends LogKeys {
  /** The policy is locked: without the log nothing is done. */
  required: boolean
}

/** What the build and the administrators of this machine decided together: the tighter of both. */
export interface Ruled {
  mode: Ruling["mode"]
  /** Who locked it, for people; undefined when nobody did. */
  lockedBy: string | undefined
  /** When locked, all that is allowed beside loopback; else what the build allows. */
  allow: Line[]
  /** "ignore" from whoever rules; by default when locked. */
  projectCode: ProjectCode
  logs: PolicyLog[]
}

/** @param settings those of managed files that no user can change */
export function rule(baked: BakedPolicy, settings: ConfigSettings[]): Ruled {
  const built = ofBuild(baked)
  const managed = settings.length > 0 ? settings.map(ofFile).reduce(together) : undefined
  const both = managed ? [built, managed] : [built]
  const locking = both.filter(({ locked }) => locked)
  return {
    mode: tightest(both.map(({ mode }) => mode)),
    lockedBy: locking.length > 0 ? locking.map(({ by }) => by).join(" and ") : undefined,
    allow: allowedBy(built, managed),
    projectCode: both.some(ignoresProjectCode) ? "ignore" : "allow",
    logs: both.flatMap(({ logs }) => logs).map((log) => ({ ...log, required: locking.length > 0 })),
  }
}

/** A lock leaves only what is built in and managed; two leave what both allow. The build's alone keeps the managed out. */
function allowedBy(built: Ruling, managed: Ruling | undefined): Line[] {
  if (!managed?.locked) return built.allow
  return built.locked ? intersect(built.allow, managed.allow) : [...built.allow, ...managed.allow]
}

/** Whether what a project's own files would run is left out: as it is said, and by default when locked. */
export function ignoresProjectCode({
  projectCode,
  locked,
}: Pick<BakedPolicy, "projectCode" | "locked">): boolean {
  return projectCode === undefined ? locked : projectCode === "ignore"
}

function ofBuild({ mode, allow, locked, projectCode, log }: BakedPolicy): Ruling {
  return {
    by: "this build",
    mode: { value: mode, origin: `built in: ${mode}` },
    locked,
    allow: allow.map((text) => ({ text, origin: "built in" })),
    projectCode,
    logs: logsOf(log),
  }
}

function ofFile({ source, keys, fixed }: ConfigSettings): Ruling {
  return {
    by: source.name,
    mode: { value: keys.mode ?? "opt-in", origin: `"offline" in ${source.name}` },
    locked: keys.locked === true,
    allow: fixed,
    projectCode: keys.projectCode,
    logs: logsOf(keys.log),
  }
}

/** Two files of the same administrators: what either allows is allowed. */
function together(one: Ruling, other: Ruling): Ruling {
  const codes = [one, other].flatMap(({ projectCode }) => projectCode ?? [])
  return {
    by: [one, other].find(({ locked }) => locked)?.by ?? one.by,
    mode: tightest([one.mode, other.mode]),
    locked: one.locked || other.locked,
    allow: [...one.allow, ...other.allow],
    projectCode: codes.includes("ignore") ? "ignore" : codes[0],
    logs: [...one.logs, ...other.logs],
  }
}

function tightest(modes: Ruling["mode"][]): Ruling["mode"] {
  return modes.reduce((one, other) => (MODES.indexOf(other.value) > MODES.indexOf(one.value) ? other : one))
}

function logsOf(log: PolicyKeys["log"]): PolicyLog[] {
  if (log === undefined) return []
  return [{ ...(typeof log === "string" ? { file: log } : log), required: false }]
}
