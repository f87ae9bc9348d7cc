import { copyFile } from "node:fs/promises"
import { basename, join } from "node:path"
import type { Authority } from "../lib/isolation/authority.ts"
import { type IsolatedOptions, type Recording, runIsolated } from "../lib/isolation/isolated.ts"
import type { NetworkMode } from "../lib/isolation/network.ts"
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
export async function runScenario(
  { subject, scenario, mode }: Cell,
  recorder: Recorder,
): Promise<ReportedResult> {
  const runs: ReportedRun[] = []
  const unrecorded: string[] = []
  let started = 0
  const isolated = async (options: Omit<IsolatedOptions, "executable" | "mode">) => {
    const pcap = `pcap/${subject.id}-${mode}-${scenario.name}-${++started}.pcap`
    let kept = false
    const keepRecording = async (recording: Recording) => {
      await copyFile(recording.pcap, join(recorder.folder, pcap))
      runs.push(toRun(recording, pcap))
      kept = true
    }
    const authority = mode === "answer" ? recorder.authority : undefined
    const env = { ...switchOf(subject), ...options.env }
    try {
      return await runIsolated({ ...options, executable: subject.file, mode, env, keepRecording, authority })
    } catch (error) {
      if (!kept) unrecorded.push(firstLine(error))
      throw error
    }
  }
  const context = { variant: subject.variant, mode, executable: subject.file, isolated }
  const { worked, detail } = await Promise.resolve()
    .then(() => scenario.run(context))
    .catch((error): Outcome => ({ worked: false, detail: firstLine(error) }))
  if (started === 0) unrecorded.push("it ran nothing")
  return {
    executable: subject.id,
    scenario: scenario.name,
    mode,
    worked,
    detail,
    ms: runs.reduce((sum, { ms }) => sum + ms, 0),
    incomplete: unrecorded[0],
    runs,
  }
}

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

const firstLine = (error: unknown) => (error instanceof Error ? error.message : String(error)).split("\n")[0]!
