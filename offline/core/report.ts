import { type BakedPolicy, describeBaked } from "../baked.ts"
import { configurationInside } from "../configuration.ts"
import { type LoggedAttempt, readDenials } from "../denial-log.ts"
import { logFile } from "../denials.ts"
import { type Embedded, embedded } from "../embedded.ts"
import { formatKernel } from "../kernel/format.ts"
import type { KernelSettings } from "../kernel/settings.ts"
import type { ProjectCode } from "../policy/keys.ts"
import type { Found } from "../project/say.ts"
import { type OfflineState, switchedOnBy } from "../switch.ts"
import { findLeftOut, formatProject } from "./report-project.ts"
import { missesRipgrep } from "./ripgrep.ts"

/** What `opencode offline --json` prints. */
export interface Report {
  offline: boolean
  /** What switched it on; null when it is off. */
  origin: string | null
  /** What the build decided, by default opt-in and not locked, and what it was made from. */
  build: Omit<BakedPolicy, "allow"> & Pick<Embedded, "source" | "commit">
  /** The outermost keys of the default configuration that the build put inside; null when there is none. */
  configuration: string[] | null
  allow: { entry: string; origin: string }[]
  /** What is asked for in vain: by a project's own file and, when the build is locked, by anyone. */
  ignored: { entry: string; origin: string }[]
  /** How the kernel holds every program that is started; null when the guard alone holds OpenCode's own code. */
  kernel: KernelSettings | null
  /** Who locked the policy: this build, a managed file, or both; null when nobody did. */
  locked: string | null
  /** What becomes of what a project's own files would run. */
  projectCode: ProjectCode
  /** Settings that do not count, and why. */
  notes: readonly string[]
  /** What the project here has of that, and is left out. */
  leftOut: Found[]
  /** Why OpenCode has no program to search files with; null when it has one, and when it is online. */
  ripgrep: string | null
  /** The policy's log, or the file that OPENCODE_OFFLINE_LOG names; null when there is none. */
  log: string | null
  /** The last attempts that were denied, of all processes, oldest first; null when there is no file that can be read. */
  denied: LoggedAttempt[] | null
}

/** Attempts that are shown. */
const SHOWN = 20

/** The policy in force, and the attempts denied so far as the log file has them. Loopback is always allowed. */
export function report(state: OfflineState, env: NodeJS.ProcessEnv): Report {
  const { origin, policy, baked, logs } = state
  const lines = (entries: typeof policy.entries) =>
    entries.map((entry) => ({ entry: entry.text, origin: entry.origin }))
  const log = logs[0]?.file ?? logFile(env)
  return {
    offline: origin !== undefined,
    origin: origin ?? null,
    build: { mode: baked.mode, locked: baked.locked, source: embedded.source, commit: embedded.commit },
    configuration: keysInside(),
    allow: origin === undefined ? [] : [{ entry: "loopback", origin: "always" }, ...lines(policy.entries)],
    ignored: lines(policy.ignored),
    kernel: state.kernel ?? null,
    locked: state.lockedBy ?? null,
    projectCode: state.projectCode,
    notes: state.notes,
    leftOut: findLeftOut(state, env),
    ripgrep: origin === undefined ? null : (missesRipgrep(env) ?? null),
    log: log ?? null,
    denied: log === undefined ? null : readLog(log),
  }
}

/** The report for people. */
export function formatReport(report: Report, { baked }: Pick<OfflineState, "baked">): string {
  const decided = describeBaked(baked)
  const build = decided === undefined ? "" : `This build is ${decided}: that was decided when it was made.\n`
  const lock =
    report.locked === null ? "" : `The policy of ${report.locked} is locked: nothing else widens it.\n`
  return `${report.offline ? formatPolicy(report) : ONLINE}${build}${lock}${formatConfiguration(report)}${formatProject(report)}${formatRipgrep(report)}${formatDenied(report)}${formatSource(report)}`
}

/** @throws SettingError when it is there and cannot be read */
function keysInside(): string[] | null {
  const found = configurationInside()
  return found ? Object.keys(JSON.parse(found.text)) : null
}

function formatConfiguration({ configuration }: Report): string {
  if (configuration === null) return ""
  return `A default configuration is inside, below every other: ${configuration.join(", ")}.\n`
}

function formatRipgrep({ ripgrep }: Report): string {
  return ripgrep === null ? "" : `Searching in files does not work: ${ripgrep}\n`
}

function formatSource({ build: { source, commit } }: Report): string {
  if (source === undefined) return ""
  return `Built from ${source === "git" ? `git, commit ${commit ?? "unknown"}` : "upstream's release"}.\n`
}

const ONLINE =
  'OpenCode is online: nothing is held back. Switch with --offline, OPENCODE_OFFLINE=1, or "offline": true in opencode.json.\n'

function formatPolicy({ allow, ignored, locked, kernel }: Report): string {
  const width = Math.max(...[...allow, ...ignored].map(({ entry }) => entry.length))
  const rows = (lines: Report["allow"]) =>
    lines.map(({ entry, origin }) => `  ${entry.padEnd(width)}  ${origin}\n`).join("")
  const vain = locked
    ? `Asked for in vain, as the policy of ${locked} is locked`
    : "Asked for by what may not allow anything: a project's own file, or a child of OpenCode's"
  const heard = ignored.length > 0 ? `${vain}:\n${rows(ignored)}` : ""
  return `OpenCode is offline (${switchedOnBy()}). It may connect to:\n${rows(allow)}${heard}Everything else is denied.\n${kernel ? formatKernel(kernel) : ""}`
}

function formatDenied({ log, denied }: Report): string {
  if (log === null) {
    const ownLog = embedded.leftOut?.includes("log-denials") ? "" : "in OpenCode's log, and "
    return `Attempts that are denied are ${ownLog}in the file that OPENCODE_OFFLINE_LOG names.\n`
  }
  if (denied === null) return `Attempts that are denied go to ${log}, which cannot be read.\n`
  if (denied.length === 0) return `No attempt was denied so far (${log}).\n`
  const rows = denied.map(({ time, host, port, api, pid }) =>
    printable(`  ${time}  ${port === null ? host : `${host}:${port}`}  ${api}  process ${pid}`),
  )
  return `Denied so far, the last ${denied.length} (${log}):\n${rows.join("\n")}\n`
}

function readLog(file: string): LoggedAttempt[] | null {
  try {
    return readDenials(file, SHOWN)
  } catch {
    return null
  }
}

/** A host is text of whoever asked for it: no control character of it may reach the terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, "?")
}
