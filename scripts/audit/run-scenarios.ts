import { copyFile } from "node:fs/promises"
import { basename, join } from "node:path"
import type { Authority } from "../isolation/authority.ts"
import {
  type IsolatedOptions,
  type IsolatedResult,
  type Recording,
  runIsolated,
} from "../isolation/isolated.ts"
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
  subject: Subject
  scenario: NamedScenario
  mode: NetworkMode
}

/**
 * Runs one scenario. What its runs tried is in the result also when the scenario threw, as it did not get what it waited
 * for; `incomplete` says when something may have been tried that is not there.
 */
export async function runScenario(cell: Cell, recorder: Recorder): Promise<ReportedResult> {
  const { subject, scenario, mode } = cell
  const { isolated, finish } = createRuns(cell, recorder)
  const context = { variant: subject.variant, mode, executable: subject.file, isolated }
  const { worked, detail } = await Promise.resolve()
    .then(() => scenario.run(context))
    .catch((error): Outcome => ({ worked: false, detail: oneLine(error) }))
  const { runs, incomplete } = await finish()
  const ms = runs.reduce((sum, run) => sum + run.ms, 0)
  return { executable: subject.id, scenario: scenario.name, mode, worked, detail, ms, incomplete, runs }
}

/** What a scenario runs OpenCode with, and what was recorded of it once all of it has ended. */
function createRuns({ subject, scenario, mode }: Cell, { folder, authority }: Recorder) {
  const runs: ReportedRun[] = []
  const unrecorded: string[] = []
  const started: Promise<IsolatedResult>[] = []

  async function start(options: ScenarioRun, pcap: string): Promise<IsolatedResult> {
    let kept = false
    const keepRecording = async (recording: Recording) => {
      await copyFile(recording.pcap, join(folder, pcap))
      runs.push(toRun(recording, pcap))
      kept = true
    }
    const env = { ...switchOf(subject), ...options.env }
    const evidence = { keepRecording, authority: mode === "answer" ? authority : undefined }
    try {
      return await runIsolated({ ...options, executable: subject.file, mode, env, ...evidence })
    } catch (error) {
      if (!kept) unrecorded.push(oneLine(error))
      throw error
    }
  }

  return {
    isolated(options: ScenarioRun): Promise<IsolatedResult> {
      const pcap = `pcap/${subject.id}-${mode}-${scenario.name}-${started.length + 1}.pcap`
      const run = start(options, pcap)
      started.push(run)
      return run
    },
    async finish() {
      // A scenario may be done, or have failed, ahead of what it started.
      await Promise.allSettled(started)
      if (started.length === 0) unrecorded.push("it ran nothing")
      return { runs, incomplete: unrecorded[0] }
    },
  }
}

type ScenarioRun = Omit<IsolatedOptions, "executable" | "mode">

const switchOf = ({ variant }: Subject): Record<string, string> =>
  variant === "offline" ? { OPENCODE_OFFLINE: "1" } : {}

function toRun({ command, result }: Recording, pcap: string): ReportedRun {
  const { exitCode, signal, timedOut, ms, attempts } = result
  return {
    command: [basename(command.executable), ...command.args],
    exitCode,
    signal,
    timedOut,
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
