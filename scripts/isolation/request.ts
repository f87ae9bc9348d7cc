import type { Ended } from "./activity.ts"
import type { Attempt } from "./attempts.ts"
import type { Authority } from "./authority.ts"
import type { Limits } from "./limits.ts"
import type { NetworkMode } from "./network.ts"
import type { ScreenSize } from "./screen.ts"
import type { Service } from "./service.ts"

/** A command to run inside a namespace, exactly as it is started. */
export interface Command {
  executable: string
  args: string[]
  env: Record<string, string>
  cwd: string
  stdin?: string
  /** Whether standard input stays open for more. */
  interactive?: boolean
}

export interface CommandResult {
  /** Undefined when a signal ended the command. */
  exitCode?: number
  signal?: string
  stdout: string
  stderr: string
  /** Milliseconds from start to end. */
  ms: number
}

/** What the supervisor inside the namespace is asked to do, as the file `request.json` of its folder. */
export interface SupervisorRequest {
  command: Command
  mode: NetworkMode
  /** What to start in the namespace ahead of the command. */
  services: Service[]
  limits: Limits
  pty?: ScreenSize
  /** A folder whose files are to be seen in /etc, too. */
  etc?: string
  /** A folder that nobody may write to. */
  readOnly?: string
  /** How long the recording goes on after the command has ended, in milliseconds, for what it left running. */
  lingerMs: number
  /** Whether to find out which process sent what, and to write all packets to the file `capture.pcap`. */
  evidence?: boolean
  /** Ends TLS with its certificates, so that requests show. */
  authority?: Authority
}

/** What the supervisor found, as the file `result.json` of its folder. */
export interface SupervisorResult extends CommandResult {
  attempts: Attempt[]
  lost: number
  /** What each service says at the end. */
  services: unknown[]
  /** Why the run was ended by us, when it was not asked for. */
  ended?: Ended
  /** The last screen, when there was a pseudo-terminal. */
  screen?: string
}

/** The names of the files in a run's folder. */
export const runFiles = {
  request: "request.json",
  result: "result.json",
  control: "control.sock",
  pcap: "capture.pcap",
  authority: "authority.pem",
  stdout: "stdout",
  stderr: "stderr",
} as const
