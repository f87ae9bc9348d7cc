import type { IsolatedOptions, IsolatedResult } from "../harness/run-opencode.ts"
import type { NetworkMode } from "../isolation/network.ts"

/** What is audited: upstream's executable as it is, or one that is run with the switch thrown. */
export type Variant = "stock" | "offline"

/** What a scenario is given to run OpenCode with. */
export interface AuditContext {
  variant: Variant
  mode: NetworkMode
  executable: string
  /** Whether it is offline and has this patch: what that one does can be asked of it, and not of another. */
  has(patch: string): boolean
  /**
   * Runs a command isolated, as `runIsolated` does, with the executable, the mode and, for the variant `offline`, the
   * switch filled in. Each call is a namespace and a home of its own; what each of them tried is recorded.
   */
  isolated(options: Omit<IsolatedOptions, "executable" | "mode">): Promise<IsolatedResult>
}

/** Whether a scenario did its job, and what was seen of it in one line (an answer, a screen's words, an error). */
export interface Outcome {
  worked: boolean
  detail: string
}

/** What scenarios are about, in the order of the report. */
export const GROUPS = ["sessions", "server and page", "configuration", "commands"] as const

export type Group = (typeof GROUPS)[number]

/** One thing that OpenCode is used for. A file `NAME.ts` in a folder of scenarios has one as its default export. */
export interface Scenario {
  /** A row's title in the report, as `run with tool calls`. */
  title: string
  /** Where it stands in the report; without, among the commands. */
  group?: Group
  /** What it does and, in its words, what its job is, for a reader of the report. */
  what: string
  /** Whether its job needs no network, so that offline it must still be done. */
  worksOffline: boolean
  /** The patches without which the core alone does not do it offline: not asked of an executable that was built without. */
  needs?: string[]
  /** The releases of upstream that have what it is about, as npm writes ranges; all of them when it is not given. */
  range?: string
  /** Which of upstream's products have it, by the names in pins; OpenCode's first alone when it is not given. */
  products?: string[]
  /** Hosts (names or addresses, exactly) that the scenario's own policy allows: trying them is no finding. */
  allowed?: string[]
  run(context: AuditContext): Promise<Outcome>
}

/** Names the type of a scenario for the file that has it. */
export function defineScenario(scenario: Scenario): Scenario {
  return scenario
}
