import { copyFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { type IsolatedOptions, type IsolatedResult, runIsolated } from "../harness/run-opencode.ts"
import type { Authority } from "../isolation/authority.ts"
import type { Recording } from "../isolation/isolated.ts"
import { limitsOf, TimeLimitError } from "../isolation/limits.ts"
import type { NetworkMode } from "../isolation/network.ts"
import type { Subject } from "./find-subjects.ts"
import type { NamedScenario } from "./load-scenarios.ts"
import type { ReportedResult, ReportedRun } from "./report.ts"
import type { Outcome } from "./scenario.ts"

/** Where the evidence goes, and by what connections are made readable. */
export interface Recorder {
  /** The folder of the pcap files, in a folder `pcap` in it. */
  folder: string
  authority: Authority
}

/** One scenario with one executable in one mode. */
export interface Cell {
  subject: Pick<Subject, "id" | "file" | "variant" | "leftOut">
  scenario: NamedScenario
  mode: NetworkMode
  /** Variables of upstream's that each run has, beside the scenario's own. */
  env?: Record<string, string>
}

/** How a run that hangs is dealt with. */
export interface Patience {
  /** Nothing may happen in a run for so long, in milliseconds; without it, what scripts/isolation/limits.ts says. */
  idleMs?: number
  /** How often a scenario is tried again of which a limit cut off a run. */
  retries: number
}

/** How long upstream's is watched where packets are dropped: it waits for the firewall, for minutes. In milliseconds. */
const STOCK_WINDOW = 30_000

/**
 * Runs one scenario. What its runs tried is in the result also when the scenario threw, as it did not get what it waited
 * for; `incomplete` says when something may have been tried that is not there. One that a time limit cuts off is tried again;
 * `notMeasured` says when the last was cut off, too. The runs of all are in the result then.
 */
export async function runScenario(
  cell: Cell,
  recorder: Recorder,
  patience: Patience = { retries: 1 },
): Promise<ReportedResult> {
  let result = await tryScenario(cell, recorder, patience, [])
  for (let left = patience.retries; left > 0 && result.notMeasured !== undefined; left--)
    result = await tryScenario(cell, recorder, patience, result.runs)
  return result
}

async function tryScenario(
  cell: Cell,
  recorder: Recorder,
  patience: Patience,
  before: ReportedRun[],
): Promise<ReportedResult> {
  const { subject, scenario, mode } = cell
  const { isolated, finish } = createRuns(cell, recorder, patience, before.length)
  const has = (patch: string) => subject.variant === "offline" && !subject.leftOut.includes(patch)
  const context = { variant: subject.variant, mode, executable: subject.file, has, isolated }
  const { worked, detail } = await Promise.resolve()
    .then(() => scenario.run(context))
    .catch((error): Outcome => ({ worked: false, detail: oneLine(error) }))
  const { runs, incomplete, notMeasured } = await finish()
  const ms = runs.reduce((sum, run) => sum + run.ms, 0)
  return {
    ...{ executable: subject.id, scenario: scenario.name, mode },
    worked: worked && notMeasured === undefined,
    detail: notMeasured ?? detail,
    ...{ ms, incomplete, notMeasured, runs: [...before, ...runs] },
  }
}

/** What a scenario runs OpenCode with, and what was recorded of it once all of it has ended. */
function createRuns(
  { subject, scenario, mode, env: given }: Cell,
  { folder, authority }: Recorder,
  { idleMs }: Patience,
  before: number,
) {
  const runs: ReportedRun[] = []
  const unrecorded: string[] = []
  const cutOff: string[] = []
  const started: Promise<IsolatedResult>[] = []

  async function start(options: ScenarioRun, pcap: string): Promise<IsolatedResult> {
    let kept = false
    const keepRecording = async (recording: Recording) => {
      await copyFile(recording.pcap, join(folder, pcap))
      runs.push(toRun(recording, pcap))
      kept = true
    }
    const env = { ...switchOf(subject), ...given, ...options.env }
    const evidence = { keepRecording, authority: mode === "answer" ? authority : undefined }
    try {
      return await runIsolated({
        ...windowOf(subject, mode),
        ...(idleMs !== undefined && { limits: limitsOf(idleMs) }),
        ...options,
        ...{ executable: subject.file, mode, env, ...evidence },
      })
    } catch (error) {
      if (error instanceof TimeLimitError) cutOff.push(error.message.split("\n")[0]!)
      else if (!kept) unrecorded.push(oneLine(error))
      throw error
    }
  }

  return {
    isolated(options: ScenarioRun): Promise<IsolatedResult> {
      const count = before + started.length + 1
      const pcap = `pcap/${subject.id}-${mode}-${scenario.name}-${count}.pcap`
      const run = start(options, pcap)
      started.push(run)
      return run
    },
    async finish() {
      // A scenario may be done, or have failed, ahead of what it started.
      await Promise.allSettled(started)
      if (started.length === 0) unrecorded.push("it ran nothing")
      return { runs, incomplete: unrecorded[0], notMeasured: cutOff[0] }
    },
  }
}

const windowOf = ({ variant }: Cell["subject"], mode: NetworkMode) =>
  variant === "stock" && mode === "drop" ? { watchMs: STOCK_WINDOW } : {}

type ScenarioRun = Omit<IsolatedOptions, "executable" | "mode">

const switchOf = ({ variant }: Cell["subject"]): Record<string, string> =>
  variant === "offline" ? { OPENCODE_OFFLINE: "1" } : {}

function toRun({ command, result }: Recording, pcap: string): ReportedRun {
  const { exitCode, signal, ended, ms, attempts } = result
  return {
    command: [basename(command.executable), ...command.args],
    exitCode,
    signal,
    timedOut: ended !== undefined,
    ms,
    pcap,
    attempts,
  }
}

/** What went wrong, and what stood on the screen if that is part of it. */
function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const lines = text.split("\n").map((line) => line.replace(/[^\x20-\x7e]+/g, " ").trim())
  return lines.filter(Boolean).join(" / ").replace(/ {2,}/g, "  ").slice(0, 1000)
}
