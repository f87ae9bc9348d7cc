import { existsSync } from "node:fs"
import { readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { stripVTControlCharacters } from "node:util"
import { providerConfig, TUI_OPENS_SESSION_MS, type Turn, toolThenText } from "../harness/provider.ts"
import { run } from "../lib/process.ts"
import type { Authority } from "./authority.ts"
import { type ControlClient, createControlClient } from "./control-client.ts"
import { namespacePrefix } from "./namespace.ts"
import type { NetworkMode } from "./network.ts"
import {
  type Command,
  type CommandResult,
  runFiles,
  type SupervisorRequest,
  type SupervisorResult,
} from "./request.ts"
import { createRunFolder, type Files, listFiles, type RunFolder, runEnvironment } from "./run-folder.ts"
import type { ScreenSize } from "./screen.ts"
import { inTurn } from "./turns.ts"

export interface IsolatedOptions {
  executable: string
  args?: string[]
  /** Added to an environment that has only HOME, PATH, TMPDIR, SHELL, LANG and TERM. */
  env?: Record<string, string>
  /** Files of the project, which is the working directory. */
  files?: Files
  /** Files of the home. */
  home?: Files
  /** Lets nobody write to the home, as in a container. What OpenCode writes goes to TMPDIR, by the XDG variables. */
  readOnlyHome?: boolean
  /** Scripts that are programs in PATH, by name, beside those of `programs` in run-folder.ts. */
  programs?: Files
  /** A mock provider on loopback, and the user-level configuration for it; `true` for one tool call, then text. */
  provider?: true | Turn[]
  /** How long its first turn takes: {@link TUI_OPENS_SESSION_MS} with a `pty`, else nothing. */
  thinkingMs?: number
  mode?: NetworkMode
  stdin?: string
  /** Keeps standard input open, for `type` to write to. */
  interactive?: boolean
  /** Runs on a pseudo-terminal; `true` for 130 columns and 40 rows. */
  pty?: true | ScreenSize
  /** Acts while the command runs; when it is done the command is ended. */
  during?: (context: IsolatedContext) => Promise<void>
  /** After this many milliseconds the command is killed (30 s when not given). */
  timeoutMs?: number
  /** How long the recording goes on after the command has ended, in milliseconds (200 when not given). */
  lingerMs?: number
  /** Ends TLS with its certificates, which the command is told to accept, so that requests show (mode `answer`). */
  authority?: Authority
  /** Takes the evidence: what was recorded, also when `during` threw. */
  keepRecording?: (recording: Recording) => Promise<void>
}

/** What one run did and tried, with its packets. */
export interface Recording {
  command: Command
  result: Omit<SupervisorResult, "lost">
  /** The path of a pcap file (link type 101) of all packets, which goes when it has been taken. */
  pcap: string
}

export interface IsolatedContext extends ControlClient {
  folder: RunFolder
  /** Runs another command in the same namespace, with the same environment, home and project, to its end. */
  execute(executable: string, args: string[], options?: ExecuteOptions): Promise<CommandResult>
  /** What the command has printed so far. */
  output(): Promise<string>
}

export type ExecuteOptions = Partial<Pick<Command, "env" | "cwd" | "stdin" | "timeoutMs">>

export interface IsolatedResult extends Omit<SupervisorResult, "lost"> {
  /** The files that are in the home and in the project afterwards, as `home/…` and `project/…`. */
  files: string[]
}

/**
 * Runs a command in a network of its own in which every name resolves and every address exists, with a fresh home,
 * and says what it did and what it tried to reach outside loopback. Throws a Failure when this machine cannot do that,
 * and an Error when the recording is incomplete.
 */
export async function runIsolated(options: IsolatedOptions): Promise<IsolatedResult> {
  const prefix = await namespacePrefix()
  return inTurn(() => runWith(prefix, options))
}

async function runWith(prefix: string[], options: IsolatedOptions): Promise<IsolatedResult> {
  const folder = await createRunFolder({
    project: options.files ?? {},
    home: homeFiles(options),
    programs: options.programs ?? {},
  })
  try {
    const request = createRequest(options, folder)
    await writeFile(join(folder.root, runFiles.request), JSON.stringify(request))
    if (options.authority) await writeFile(authorityFile(folder), options.authority.certificate)
    const supervisor = startSupervisor(prefix, folder, request)
    const acting = options.during && act(options.during, request, folder, supervisor)
    const failure = await Promise.all([supervisor, acting]).then(
      () => undefined,
      (error) => ({ error }),
    )
    await supervisor
    const result = await readResult(folder)
    await options.keepRecording?.({
      command: request.command,
      result,
      pcap: join(folder.root, runFiles.pcap),
    })
    if (failure) throw failure.error
    return { ...result, files: await listFiles(folder) }
  } finally {
    await rm(folder.root, { recursive: true, force: true })
  }
}

function homeFiles({ home, provider }: IsolatedOptions): Files {
  if (!provider) return home ?? {}
  return { ".config/opencode/opencode.json": JSON.stringify(providerConfig()), ...home }
}

function createRequest(options: IsolatedOptions, folder: RunFolder): SupervisorRequest {
  return {
    command: {
      executable: options.executable,
      args: options.args ?? [],
      env: {
        ...runEnvironment(folder),
        ...(options.readOnlyHome && dataIn(folder.tmp)),
        ...authorityEnvironment(options, folder),
        ...options.env,
      },
      cwd: folder.project,
      stdin: options.stdin,
      interactive: options.interactive,
      timeoutMs: options.timeoutMs ?? 30_000,
    },
    mode: options.mode ?? "answer",
    provider: options.provider === true ? toolThenText : options.provider,
    thinkingMs: options.thinkingMs ?? (options.pty ? TUI_OPENS_SESSION_MS : 0),
    pty: options.pty === true ? { columns: 130, rows: 40 } : options.pty,
    readOnly: options.readOnlyHome ? folder.home : undefined,
    lingerMs: options.lingerMs ?? 200,
    evidence: options.keepRecording !== undefined,
    authority: options.authority,
  }
}

const dataIn = (folder: string) => ({
  XDG_DATA_HOME: join(folder, "data"),
  XDG_CACHE_HOME: join(folder, "cache"),
  XDG_STATE_HOME: join(folder, "state"),
})

const authorityFile = ({ root }: RunFolder) => join(root, runFiles.authority)

/** The variables by which Bun and Node, and OpenSSL and Go, are given an authority. */
function authorityEnvironment({ authority }: IsolatedOptions, folder: RunFolder): Record<string, string> {
  if (!authority) return {}
  return { NODE_EXTRA_CA_CERTS: authorityFile(folder), SSL_CERT_FILE: authorityFile(folder) }
}

/** Starts the supervisor; the promise rejects, with what it printed, when it does not do its work to the end. */
async function startSupervisor(
  prefix: string[],
  folder: RunFolder,
  request: SupervisorRequest,
): Promise<void> {
  const script = join(import.meta.dirname, "supervise.ts")
  const [unshare, ...words] = [...prefix, process.execPath, script, folder.root]
  const result = await run(unshare!, words, {
    env: { PATH: process.env.PATH, BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0" },
    cwd: folder.root,
    all: true,
    stdin: "ignore",
    timeout: request.command.timeoutMs + 30_000,
    killSignal: "SIGKILL",
  })
  if (result.exitCode !== 0) throw new Error(`the supervisor in the namespace failed:\n${result.all}`)
}

async function act(
  during: NonNullable<IsolatedOptions["during"]>,
  { command }: SupervisorRequest,
  folder: RunFolder,
  supervisor: Promise<void>,
): Promise<void> {
  const socket = join(folder.root, runFiles.control)
  while (!existsSync(socket)) await Promise.race([supervisor, sleep(10)])
  const { call, ...client } = createControlClient(socket)
  try {
    await during({
      ...client,
      folder,
      execute: (executable, args, options) =>
        call("/execute", {
          ...command,
          ...options,
          executable,
          args,
          env: { ...command.env, ...options?.env },
        }),
      output: () => readFile(join(folder.root, runFiles.stdout), "utf8"),
    })
    await call("/stop")
  } catch (error) {
    // When the command has ended, so has the other end of the control socket, and an error there says nothing else.
    if (await Promise.race([supervisor.then(() => true), sleep(3000)])) throw await endedEarly(folder, error)
    await call("/stop")
    throw error
  }
}

/** The error that says how a command ended that was still waited for. */
async function endedEarly(folder: RunFolder, cause: unknown): Promise<Error> {
  const { exitCode, signal, timedOut, stdout, stderr, screen } = await readResult(folder)
  const how = timedOut ? "was out of time" : `ended with ${signal ?? `exit code ${exitCode}`}`
  const last = stripVTControlCharacters(`${stdout}\n${stderr}\n${screen ?? ""}`)
    .trim()
    .split("\n")
    .at(-1)
  return new Error(`the command ${how} while something of it was waited for: ${last?.trim()}`, { cause })
}

async function readResult(folder: RunFolder): Promise<Omit<SupervisorResult, "lost">> {
  const text = await readFile(join(folder.root, runFiles.result), "utf8")
  const { lost, ...result } = JSON.parse(text) as SupervisorResult
  if (lost > 0) throw new Error(`the recording is incomplete: ${lost} packets were lost`)
  return result
}
