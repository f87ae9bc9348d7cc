import { z } from "zod"
import { GROUPS } from "./scenario.ts"

const variant = z.enum(["stock", "offline"])
const mode = z.enum(["answer", "refuse", "drop"])

const attempt = z.strictObject({
  /** Milliseconds since the run's recording began. */
  at: z.number(),
  protocol: z.string(),
  family: z.union([z.literal(4), z.literal(6)]).optional(),
  address: z.string().optional(),
  port: z.number().optional(),
  name: z.string().optional(),
  what: z.string().optional(),
  packets: z.number(),
  bytes: z.number(),
  process: z.strictObject({ pid: z.number(), command: z.string() }).optional(),
})

const run = z.strictObject({
  /** The command's words; the executable is its file's name. */
  command: z.array(z.string()),
  exitCode: z.number().optional(),
  signal: z.string().optional(),
  /** Whether it still ran when its watch window was over, or a time limit was hit, and was ended. */
  timedOut: z.boolean(),
  ms: z.number(),
  /** The packets, as a path from the report's folder. */
  pcap: z.string(),
  attempts: z.array(attempt),
})

const result = z.strictObject({
  executable: z.string(),
  scenario: z.string(),
  mode,
  /** Whether the scenario did its job. */
  worked: z.boolean(),
  detail: z.string(),
  /** The time of the runs together. */
  ms: z.number(),
  /** Why it is not known what was tried; what is in `runs` is not all then. */
  incomplete: z.string().optional(),
  /** Why it is not known what it would have done: the time limit that cut it off, twice. `worked` is false and says nothing. */
  notMeasured: z.string().optional(),
  runs: z.array(run),
})

const finding = z.strictObject({
  kind: z.enum(["tried", "did-not-work", "not-measured", "not-seen"]),
  executable: z.string(),
  scenario: z.string().optional(),
  mode: mode.optional(),
  host: z.string().optional(),
  /** One line for a person. */
  line: z.string(),
})

const unreached = z.strictObject({
  /** As it stands in a URL of the code; what is computed in it is a `*`. */
  host: z.string(),
  /** When it is dialled and what stops that, or `link` and the like. */
  what: z.string(),
  /** Why no scenario reaches it; missing where the code dials it never. */
  why: z.string().optional(),
})

/** The form of `report.json`; docs/audit.md says what each field is. */
export const reportSchema = z.strictObject({
  version: z.literal(2),
  /** The pin whose release of upstream's is known, and upstream's version. */
  pin: z.string(),
  upstream: z.string(),
  /** What made the report: this project's version, its commit, and whether files differed from that; where git knows. */
  tool: z.strictObject({
    version: z.string(),
    commit: z.string().optional(),
    changed: z.boolean().optional(),
  }),
  /** What it ran on, as `uname` says. */
  machine: z.strictObject({ kernel: z.string(), arch: z.string() }),
  startedAt: z.iso.datetime(),
  ms: z.number(),
  executables: z.array(
    z.strictObject({
      id: z.string(),
      file: z.string(),
      variant,
      bytes: z.number(),
      sha256: z.string(),
      isPinnedStock: z.boolean(),
      /** The patches that it was built without, as the build record beside it says. */
      leftOut: z.array(z.string()),
      /** The policy that it was built with, for people, as that record says. */
      policy: z.string().optional(),
    }),
  ),
  scenarios: z.array(
    z.strictObject({
      name: z.string(),
      title: z.string(),
      group: z.enum(GROUPS),
      what: z.string(),
      worksOffline: z.boolean(),
      /** The patches without which it does not. */
      needs: z.array(z.string()),
      allowed: z.array(z.string()),
    }),
  ),
  /** Whether all scenarios of this project were run. */
  allScenarios: z.boolean(),
  /** Those of this project that were not run: another's release has what they are about, or they were not named. */
  notRun: z.array(z.strictObject({ title: z.string(), why: z.string() })),
  /**
   * The hosts in upstream's code that its own release did not try in any scenario here. Missing when that would say nothing: not
   * all scenarios were run, or not with that release.
   */
  unreached: z.array(unreached).optional(),
  results: z.array(result),
  findings: z.array(finding),
})

export type Report = z.infer<typeof reportSchema>
export type ReportedResult = z.infer<typeof result>
export type ReportedRun = z.infer<typeof run>
export type ReportedAttempt = z.infer<typeof attempt>
export type Unreached = z.infer<typeof unreached>
export type Finding = z.infer<typeof finding>

/** The patches that an executable was built without and a scenario's job needs; none when it can be asked to do it. */
export function missingFor(
  { leftOut }: Report["executables"][number],
  { needs }: Report["scenarios"][number],
): string[] {
  return needs.filter((patch) => leftOut.includes(patch))
}

/** What an executable was not asked to do, a line for each scenario. */
export function describeNotAsked({ executables, scenarios }: Report): string[] {
  return executables.flatMap((executable) =>
    scenarios.flatMap((scenario) => {
      const missing = missingFor(executable, scenario)
      return missing.length === 0
        ? []
        : [
            `${executable.id} was built without ${missing.join(", ")}, so its job was not asked: ${scenario.title}`,
          ]
    }),
  )
}

/** The name of the file that a report is written to: one of some scenarios is never taken for one of all. */
export function reportFile(allScenarios: boolean): string {
  return allScenarios ? "report.json" : "report-PARTIAL.json"
}

/** How the world outside was, in words. */
export const NETWORKS: Record<z.infer<typeof mode>, string> = {
  answer: "connections are answered",
  refuse: "connections are refused",
  drop: "packets are dropped",
}

/** The word for a result that a time limit cut off. */
export const NOT_MEASURED = "not measured"

/** Whether a scenario did its job, in a word or two. */
export function describeWork({ worked, notMeasured }: ReportedResult): string {
  if (notMeasured !== undefined) return NOT_MEASURED
  return worked ? "yes" : "no"
}

/** The host that an attempt was for: its name, else its address. */
export function hostOf({ name, address }: ReportedAttempt): string {
  return name ?? address ?? "not IP"
}
