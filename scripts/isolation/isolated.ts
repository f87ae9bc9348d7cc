import { existsSync } from "node:fs"
import { readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { stripVTControlCharacters } from "node:util"
import { run } from "../lib/process.ts"
import type { Authority } from "./authority.ts"
import { type ControlClient, ControlLostError, createControlClient } from "./control-client.ts"
import { type Limits, readLimits, TimeLimitError, WindowOverError } from "./limits.ts"
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
import type { Service } from "./service.ts"
import { inTurn } from "./turns.ts"

export interface NamespaceOptions {
  executable: string
  args?: string[]
  /** Added to an environment that has only HOME, PATH, TMPDIR, SHELL, LANG and TERM. */
  env?: Record<string, string>
  /** Files of the project, which is the working directory. */
  files?: Files
  /** Files of the home. */
  home?: Files
  /** Files in /etc, beside the machine's own. */
  etc?: Files
  /** Lets nobody write to the home, as in a container. What a program writes goes to TMPDIR, by the XDG variables. */
  readOnlyHome?: boolean
  /** Scripts that are programs in PATH, by name, beside those of `programs` in run-folder.ts. */
  programs?: Files
  /** What to start in the namespace ahead of the command. */
  services?: Service[]
  mode?: NetworkMode
  stdin?: string
  /** Keeps standard input open, for `type` to write to. */
  interactive?: boolean
  /** Runs on a pseudo-terminal; `true` for 130 columns and 40 rows. */
  pty?: true | ScreenSize
  /** Acts while the command runs; when it is done the command is ended. */
  during?: (context: IsolatedContext) => Promise<void>
  /**
   * A watch window: the command is only watched for so long, in milliseconds on a machine of scale 1, and ended then, which
   * is no failure. For what is known not to end by itself; everything else has the limits of limits.ts.
   */
  watchMs?: number
  /** Other limits than this machine's, for a test of the limits themselves. */
  limits?: Partial<Limits>
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
  result: RecordedResult
  /** The path of a pcap file (link type 101) of all packets, which goes when it has been taken. */
  pcap: string
}

export type RecordedResult = Omit<SupervisorResult, "lost">

export interface IsolatedContext extends ControlClient {
  folder: RunFolder
  /** Runs another command in the same namespace, with the same environment, home and project, to its end. */
  execute(executable: string, args: string[], options?: ExecuteOptions): Promise<CommandResult>
  /** What the command has printed so far. */
  output(): Promise<string>
}

export type ExecuteOptions = Partial<Pick<Command, "env" | "cwd" | "stdin">>

export interface NamespaceResult extends Omit<RecordedResult, "ended"> {
  /** Whether it still ran when its watch window was over. */
  stillRan: boolean
  /** The files that are in the home and in the project afterwards, as `home/…` and `project/…`. */
  files: string[]
}

/**
 * Runs a command in a network of its own in which every name resolves and every address exists, with a fresh home,
 * and says what it did and what it tried to reach outside loopback. Throws a Failure when this machine cannot do that,
 * a TimeLimitError when the run was ended by a limit, and an Error when the recording is incomplete.
 */
export async function runInNamespace(options: NamespaceOptions): Promise<NamespaceResult> {
  const prefix = await namespacePrefix()
  return inTurn(() => runWith(prefix, options))
}

async function runWith(prefix: string[], options: NamespaceOptions): Promise<NamespaceResult> {
  const folder = await createRunFolder({
    project: options.files ?? {},
    home: options.home ?? {},
    programs: options.programs ?? {},
    etc: options.etc,
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
    const recorded = await readResult(folder)
    await options.keepRecording?.({
      command: request.command,
      result: recorded,
      pcap: join(folder.root, runFiles.pcap),
    })
    throwWhenCutOff(recorded)
    if (failure) throw failure.error
    const { ended, ...result } = recorded
    return { ...result, stillRan: ended?.kind === "window", files: await listFiles(folder) }
  } finally {
    await rm(folder.root, { recursive: true, force: true })
  }
}

/** The limit comes first in the message, as it is why nothing else can be said; then what was seen of the command. */
function throwWhenCutOff({ ended, stdout, stderr, screen }: RecordedResult): void {
  if (ended === undefined || ended.kind === "window") return
  const seen = screen ?? `${stdout}\n${stderr}`
  throw new TimeLimitError(`${ended.line}\n${stripVTControlCharacters(seen).trim()}`)
}

function createRequest(options: NamespaceOptions, folder: RunFolder): SupervisorRequest {
  const limits = { ...readLimits(options.watchMs), ...options.limits }
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
    },
    mode: options.mode ?? "answer",
    services: options.services ?? [],
    limits,
    pty: options.pty === true ? { columns: 130, rows: 40 } : options.pty,
    etc: options.etc && folder.etc,
    readOnly: options.readOnlyHome ? folder.home : undefined,
    lingerMs: (options.lingerMs ?? 200) * limits.scale,
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
function authorityEnvironment({ authority }: NamespaceOptions, folder: RunFolder): Record<string, string> {
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
    // For a supervisor that hangs itself: it has the same limits, and is always ahead of this one.
    timeout: request.limits.capMs * 2,
    killSignal: "SIGKILL",
  })
  if (result.timedOut)
    throw new TimeLimitError(`time limit: the supervisor in the namespace did not end:\n${result.all}`)
  if (result.exitCode !== 0) throw new Error(`the supervisor in the namespace failed:\n${result.all}`)
}

async function act(
  during: NonNullable<NamespaceOptions["during"]>,
  { command }: SupervisorRequest,
  folder: RunFolder,
  supervisor: Promise<void>,
): Promise<void> {
  const socket = join(folder.root, runFiles.control)
  while (!existsSync(socket)) await Promise.race([supervisor, sleep(10)])
  const { call, ...client } = createControlClient(socket)
  const failure = await Promise.resolve(
    during({
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
    }),
  ).then(
    () => undefined,
    (error) => ({ error }),
  )
  await call("/stop").catch((error) => {
    // A command that has ended by itself needs no end.
    if (!(error instanceof ControlLostError)) throw error
  })
  await supervisor
  if (failure)
    throw failure.error instanceof ControlLostError ? await endedEarly(folder, failure.error) : failure.error
}

/** The error that says how a command ended that was still waited for. */
async function endedEarly(folder: RunFolder, cause: unknown): Promise<Error> {
  const { exitCode, signal, ended, stdout, stderr, screen } = await readResult(folder)
  const last = stripVTControlCharacters(`${stdout}\n${stderr}\n${screen ?? ""}`)
    .trim()
    .split("\n")
    .at(-1)
  if (ended) return new WindowOverError(`${ended.line}: ${last?.trim()}`, { cause })
  const how = `ended with ${signal ?? `exit code ${exitCode}`}`
  return new Error(`the command ${how} while something of it was waited for: ${last?.trim()}`, { cause })
}

async function readResult(folder: RunFolder): Promise<RecordedResult> {
  const text = await readFile(join(folder.root, runFiles.result), "utf8")
  const { lost, ...result } = JSON.parse(text) as SupervisorResult
  if (lost > 0) throw new Error(`the recording is incomplete: ${lost} packets were lost`)
  return result
}
