import { writeSync } from "node:fs"
import { constants, release } from "node:os"
import { isatty } from "node:tty"
import type { ProgramDenial } from "../denials.ts"
import { moduleNames } from "../modules.ts"
import type { Line } from "../policy.ts"
import { confineThread, hasScopes, landlockVersion, protectProcess, restrictScopes } from "./confine.ts"
import { NotPossible } from "./not-possible.ts"
import {
  CHILD_MARK,
  type FromSupervisor,
  type KernelSettings,
  PROOF_FAMILY,
  PROVEN,
  STRICTEST,
  type SupervisorStart,
  UNREADABLE,
} from "./settings.ts"
import { AF, E, isMusl, Memory, PR, SOCK, syscall, thisMachine, WAIT_STOPPED } from "./syscalls.ts"
import { hear, makeTold, teller } from "./told.ts"
import { whyUnreadable, yamaScope } from "./yama.ts"

/** What the launcher starts, and what may be connected to from there. */
export interface Launch {
  allow: Line[]
  settings: KernelSettings
  /** In the first process: is told what programs were denied; undefined when nobody wants to know. */
  denied?: (denial: ProgramDenial) => void
  /** In the program that is started: the same. */
  heard?: (denial: ProgramDenial) => void
  /** Variables for the program that is started, beside those of this process. */
  env?: Record<string, string>
  /** Where the supervisor's module is. */
  supervisor?: string
  /** The program and its words; by default, this executable as it was started. */
  command?: string[]
}

export { NotPossible }

/**
 * In a process that is confined already, returns. In any other, starts the same program once more, confined, and ends this
 * process as that one ends.
 * @throws NotPossible where the kernel, or what surrounds this process, does not allow it; nothing has been started then,
 *   or it has not gone beyond this point
 */
export async function launch(options: Launch): Promise<void> {
  requireMachine()
  const mark = process.env[CHILD_MARK]
  delete process.env[CHILD_MARK]
  const proof = prove()
  if (proof === PROVEN) return settle(mark, options.heard)
  if (proof === UNREADABLE) {
    const { why, next } = whyUnreadable(yamaScope())
    throw new NotPossible(why, next)
  }
  if (mark !== undefined)
    throw new NotPossible(
      "the program that was started is not confined",
      "This is a defect: please report it.",
    )
  process.exit(await run(options))
}

function requireMachine(): void {
  if (!thisMachine()) throw new NotPossible(`it is not known how on ${process.arch}`, "Use x64 or arm64.")
}

/** Asks whoever supervises this process. A kernel that is asked itself has no such answer. */
function prove(): number {
  const memory = new Memory(64)
  memory.view.setUint16(0, PROOF_FAMILY, true)
  const socket = syscall("socket", AF.INET, SOCK.STREAM | SOCK.CLOEXEC, 0)
  memory.setU32(4, socket)
  const proof = syscall("connect", -1, memory.address, 16)
  if (socket >= 0) syscall("close", socket)
  return proof
}

/** Of what is confined: keeps what it starts from the launcher too, and ends with the launcher. */
function settle(mark: string | undefined, heard: Launch["heard"]): void {
  if (mark === undefined || Number(mark) !== syscall("getppid")) return
  if (hasScopes()) restrictScopes()
  syscall("prctl", PR.PDEATHSIG, constants.signals.SIGTERM)
  if (Number(mark) !== syscall("getppid")) process.exit(128 + constants.signals.SIGTERM)
  if (heard) hear(heard)
}

async function run({ command, env, denied, heard, ...options }: Launch): Promise<number> {
  const told = heard && makeTold()
  const tell = told && teller(told.own)
  const each = (denial: ProgramDenial) => {
    denied?.(denial)
    tell?.(denial)
  }
  const worker = await begin({ ...options, denied: denied || tell ? each : undefined })
  const child = start(command, ["inherit", "inherit", "inherit", ...(told ? [told.other] : [])], env)
  if (told) syscall("close", told.other)
  return attend(worker, child)
}

/** What this machine can do, found out by doing it. */
export interface Examination {
  possible: boolean
  /** Why it is not, and what would do; null when it is. */
  why: string | null
  next: string | null
  /** Whether this program is confined already. */
  confined: boolean
  kernel: string
  /** The version of Landlock's interface; 0 where there is none. */
  landlock: number
  /** Yama's setting of who may look into whom; null where there is none. */
  yama: number | null
  /** What the tree cannot reach of other processes of this user: "all" with Landlock's scopes, else "memory". */
  protects: "all" | "memory"
  /** How the supervisor gets at sockets: out of the programs, or by making all of them. */
  sockets: "taken" | "made"
}

/**
 * Tries kernel mode with a program that ends at once. The thread that calls is confined from then on.
 * @throws nothing that has to do with this machine
 */
export async function examine(): Promise<Examination> {
  const mark = process.env[CHILD_MARK]
  if (mark !== undefined) process.exit(await beExamined())
  const found: Examination = {
    possible: true,
    why: null,
    next: null,
    confined: thisMachine() !== undefined && prove() === PROVEN,
    kernel: release(),
    landlock: thisMachine() ? Math.max(0, landlockVersion()) : 0,
    yama: yamaScope(),
    protects: thisMachine() && hasScopes() ? "all" : "memory",
    sockets: thisMachine() && canTakeDescriptors() ? "taken" : "made",
  }
  if (found.confined) return found
  try {
    requireMachine()
    await begin({ allow: [], settings: STRICTEST })
    const child = start([process.execPath, "offline", "doctor"], ["ignore", "pipe", "ignore"])
    const said = await new Response(child.stdout as ReadableStream).text()
    if ((await child.exited) === 0) return found
    const [why = "", next = ""] = JSON.parse(said) as string[]
    throw new NotPossible(why, next)
  } catch (error) {
    if (!(error instanceof NotPossible)) throw error
    return { ...found, possible: false, why: error.message, next: error.next }
  }
}

async function beExamined(): Promise<number> {
  try {
    await launch({ allow: [], settings: STRICTEST })
    return 0
  } catch (error) {
    if (!(error instanceof NotPossible)) throw error
    writeSync(1, JSON.stringify([error.message, error.next]))
    return 2
  }
}

/** Starts the supervisor, and confines this thread. */
async function begin({
  allow,
  settings,
  denied,
  supervisor,
}: Omit<Launch, "command" | "env" | "heard">): Promise<Worker> {
  const listener = new SharedArrayBuffer(4)
  const brokered = !canTakeDescriptors()
  const worker = await startSupervisor(
    supervisor ?? moduleNames().supervisor,
    { allow, settings, tells: denied !== undefined, brokered, listener },
    denied,
  )
  let descriptor: number
  try {
    protectProcess()
    descriptor = confineThread({ brokered, denyTracing: !hasScopes(), asksReceivers: isMusl() })
  } catch (error) {
    throw notConfined(error as Error)
  }
  const word = new Int32Array(listener)
  Atomics.store(word, 0, descriptor + 1)
  Atomics.notify(word, 0)
  return worker
}

/** Whether descriptors can be taken out of a process: where not even out of this one, the supervisor makes all sockets. */
function canTakeDescriptors(): boolean {
  const self = syscall("pidfd_open", process.pid)
  const taken = self < 0 ? self : syscall("pidfd_getfd", self, 2)
  if (self >= 0) syscall("close", self)
  if (taken >= 0) syscall("close", taken)
  return taken >= 0
}

function hasStopped(pid: number): boolean {
  const memory = new Memory(128)
  const { P_PID, OPTIONS } = WAIT_STOPPED
  return syscall("waitid", P_PID, pid, memory.address, OPTIONS) === 0 && memory.i32(0) !== 0
}

function startSupervisor(module: string, start: SupervisorStart, denied: Launch["denied"]): Promise<Worker> {
  const worker = new Worker(module, { smol: true })
  return new Promise((resolve, reject) => {
    const fail = (why: string) =>
      reject(new NotPossible(`the supervisor did not start: ${why}`, "This is a defect: please report it."))
    worker.addEventListener("message", ({ data }: MessageEvent<FromSupervisor>) => {
      if ("ready" in data) resolve(worker)
      // What this thread has run is not needed again. With it goes what the compilers, of both threads, are done with.
      else if ("giveBack" in data) Bun.shrink()
      else denied?.(data.denied)
    })
    worker.addEventListener("error", ({ message }) => fail(message))
    worker.addEventListener("close", () => fail("it ended"))
    worker.postMessage(start)
  })
}

function notConfined({ message }: Error): NotPossible {
  const next =
    message.startsWith("seccomp") && message.endsWith(` ${E.BUSY}`)
      ? "Another program supervises this one already. Start OpenCode outside of it."
      : "Linux 5.14 or later is needed, with seccomp's user notification, and a container that does not forbid it."
  return new NotPossible(message, next)
}

/** Signals that are for the program, not for its launcher. */
const HANDED_ON = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCONT"] as const
/** What a terminal sends to all that run in it: the program has these by itself then. */
const OF_TERMINALS = ["SIGINT", "SIGQUIT", "SIGWINCH"] as const

/** Starts a program, by default this one as it was started, from the confined thread. */
function start(
  command = [process.execPath, ...process.argv.slice(2)],
  stdio: ("inherit" | "ignore" | "pipe" | number)[],
  env: Record<string, string> = {},
): Bun.Subprocess {
  return Bun.spawn(["/proc/self/exe", ...command.slice(1)], {
    argv0: command[0],
    stdio: stdio as ["inherit", "inherit", "inherit"],
    env: { ...process.env, ...env, [CHILD_MARK]: String(process.pid) },
  })
}

/** Is to the outside what the program is: signals go to it, it stops as it stops, and its end is given. */
async function attend(supervisor: Worker, child: Bun.Subprocess): Promise<number> {
  const send = (signal: NodeJS.Signals) => child.kill(signal)
  for (const signal of HANDED_ON) process.on(signal, send)
  for (const signal of OF_TERMINALS)
    process.on(signal, (name) => {
      if (![0, 1, 2].some(isatty)) send(name)
    })
  process.on("SIGCHLD", () => {
    // A program on the terminal's raw screen stops itself, and means its whole job.
    if (hasStopped(child.pid)) process.kill(process.pid, "SIGSTOP")
  })
  // Without a supervisor nothing would ever be answered.
  supervisor.addEventListener("close", () => child.kill("SIGKILL"))
  const code = await child.exited
  // What was denied before the end has been sent by now, and is written in the loop's next turn.
  await new Promise((done) => setImmediate(done))
  return child.signalCode ? 128 + constants.signals[child.signalCode as NodeJS.Signals] : code
}
