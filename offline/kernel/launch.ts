import { constants } from "node:os"
import { moduleNames } from "../modules.ts"
import type { Line } from "../policy.ts"
import { confineThread, hasScopes, protectProcess, restrictScopes } from "./confine.ts"
import {
  CHILD_MARK,
  type KernelSettings,
  PROOF_FAMILY,
  PROVEN,
  type SupervisorStart,
  UNREADABLE,
} from "./settings.ts"
import { AF, E, Memory, PR, SOCK, syscall, thisMachine } from "./syscalls.ts"

/** What the launcher starts, and what may be connected to from there. */
export interface Launch {
  allow: Line[]
  settings: KernelSettings
  log: string | undefined
  /** Where the supervisor's module is. */
  supervisor?: string
  /** The program and its words; by default, this executable as it was started. */
  command?: string[]
}

/** Why kernel mode is not possible. */
export class NotPossible extends Error {
  override name = "NotPossible"

  constructor(
    message: string,
    /** What would do. */
    readonly next: string,
  ) {
    super(message)
  }
}

/**
 * In a process that is confined already, returns. In any other, starts the same program once more, confined, and ends this
 * process as that one ends.
 * @throws NotPossible where the kernel, or what surrounds this process, does not allow it; nothing has been started then,
 *   or it has not gone beyond this point
 */
export async function launch(options: Launch): Promise<void> {
  if (!thisMachine())
    throw new NotPossible(`there is no kernel mode for ${process.arch}`, "Use x64 or arm64.")
  const mark = process.env[CHILD_MARK]
  delete process.env[CHILD_MARK]
  const proof = prove()
  if (proof === PROVEN) return settle(mark)
  if (proof === UNREADABLE)
    throw new NotPossible(
      "the supervisor may not read the memory of the programs that it starts",
      "Set kernel.yama.ptrace_scope to 0 or 1, or have the container allow process_vm_readv.",
    )
  if (mark !== undefined)
    throw new NotPossible(
      "the program that was started is not confined",
      "This is a defect: please report it.",
    )
  process.exit(await run(options))
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
function settle(mark: string | undefined): void {
  if (mark === undefined || Number(mark) !== syscall("getppid")) return
  if (hasScopes()) restrictScopes()
  syscall("prctl", PR.PDEATHSIG, constants.signals.SIGTERM)
  if (Number(mark) !== syscall("getppid")) process.exit(128 + constants.signals.SIGTERM)
}

async function run({ allow, settings, log, supervisor, command }: Launch): Promise<number> {
  const listener = new SharedArrayBuffer(4)
  const worker = await startSupervisor(supervisor ?? moduleNames().supervisor, {
    allow,
    settings,
    log,
    brokered: !canTakeDescriptors(),
    listener,
  })
  let descriptor: number
  try {
    protectProcess()
    descriptor = confineThread({ brokered: !canTakeDescriptors(), denyTracing: !hasScopes() })
  } catch (error) {
    throw notConfined(error as Error)
  }
  const word = new Int32Array(listener)
  Atomics.store(word, 0, descriptor + 1)
  Atomics.notify(word, 0)
  return attend(worker, command)
}

/** Whether descriptors can be taken out of a process: where not even out of this one, the supervisor makes all sockets. */
function canTakeDescriptors(): boolean {
  const self = syscall("pidfd_open", process.pid)
  const taken = self < 0 ? self : syscall("pidfd_getfd", self, 2)
  if (self >= 0) syscall("close", self)
  if (taken >= 0) syscall("close", taken)
  return taken >= 0
}

function startSupervisor(module: string, start: SupervisorStart): Promise<Worker> {
  const worker = new Worker(module)
  return new Promise((resolve, reject) => {
    const fail = (why: string) =>
      reject(new NotPossible(`the supervisor did not start: ${why}`, "This is a defect: please report it."))
    worker.addEventListener("message", () => resolve(worker))
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

/** Starts the program, and is to the outside what it is: signals go to it, it stops as it stops, and its end is given. */
async function attend(
  supervisor: Worker,
  command = [process.execPath, ...process.argv.slice(2)],
): Promise<number> {
  const child = Bun.spawn(["/proc/self/exe", ...command.slice(1)], {
    argv0: command[0],
    stdio: ["inherit", "inherit", "inherit"],
    env: { ...process.env, [CHILD_MARK]: String(process.pid) },
  })
  const send = (signal: NodeJS.Signals) => child.kill(signal)
  for (const signal of HANDED_ON) process.on(signal, send)
  for (const signal of OF_TERMINALS)
    process.on(signal, (name) => {
      if (!process.stdin.isTTY) send(name)
    })
  // Without a supervisor nothing would ever be answered.
  supervisor.addEventListener("close", () => child.kill("SIGKILL"))
  const code = await child.exited
  return child.signalCode ? 128 + constants.signals[child.signalCode as NodeJS.Signals] : code
}
