import type { FilterOptions } from "./filter.ts"
import { buildFilter } from "./filter.ts"
import { E, LANDLOCK, Memory, PR, SECCOMP, syscall, thisMachine, UNDOING_CAPABILITIES } from "./syscalls.ts"

// What is done to a thread holds for every program that it starts from then on, and for no other thread of its process.

/** A confinement that the kernel did not give. Nothing may be started then. */
export class ConfineError extends Error {
  override name = "ConfineError"
}

const memory = new Memory(4096)

/**
 * Puts this thread, and all that it will start, under the filter and out of reach of other processes.
 * @returns the descriptor on which the kernel asks the supervisor
 * @throws ConfineError when the kernel does not do one of the steps
 */
export function confineThread(options: FilterOptions): number {
  must("prctl(PR_SET_NO_NEW_PRIVS)", syscall("prctl", PR.NO_NEW_PRIVS, 1))
  dropCapabilities()
  if (!options.denyTracing) restrictScopes()
  return installFilter(options)
}

/**
 * A domain within the one that this process was born in: neither it nor what it starts can reach the processes of the outer
 * one, which are the launcher and its supervisor.
 * @returns the error number, 0 when it is done
 */
export function restrictScopes(): void {
  const size = 24
  memory.bytes.fill(0, 0, size)
  memory.setU64(16, LANDLOCK.SCOPES)
  const ruleset = must("landlock_create_ruleset", syscall("landlock_create_ruleset", memory.address, size))
  try {
    must("landlock_restrict_self", syscall("landlock_restrict_self", ruleset))
  } finally {
    syscall("close", ruleset)
  }
}

/** Whether Landlock can keep signals and abstract sockets within the tree, and with them tracing. */
export function hasScopes(): boolean {
  return landlockVersion() >= LANDLOCK.SCOPES_SINCE
}

/** The version of Landlock's interface; 0 or less where there is none. */
export function landlockVersion(): number {
  return syscall("landlock_create_ruleset", 0, 0, LANDLOCK.VERSION)
}

/** Keeps other processes of this user from reading this one, and adopts whatever the tree leaves behind. */
export function protectProcess(): void {
  must("prctl(PR_SET_DUMPABLE)", syscall("prctl", PR.DUMPABLE, 0))
  must("prctl(PR_SET_CHILD_SUBREAPER)", syscall("prctl", PR.CHILD_SUBREAPER, 1))
}

/** Version 3 of `struct __user_cap_header_struct`, and two 32-bit words of each set. */
const CAPABILITY_VERSION = 0x20080522
const HEADER = 0
const DATA = 16

/** What the supervisor keeps: by these it gets at programs that have become another user. */
const SUPERVISORS = ["SYS_PTRACE", "DAC_READ_SEARCH"]

/** Of the supervisor's thread: what it does for a program must not be more than that could do itself. */
export function dropSupervisorsCapabilities(): void {
  dropCapabilities(SUPERVISORS)
}

/** Of this thread only. With no_new_privs on, no program that is started gets them back. */
function dropCapabilities(kept: readonly string[] = []): void {
  memory.setU32(HEADER, CAPABILITY_VERSION)
  memory.setU32(HEADER + 4, 0)
  must("capget", syscall("capget", memory.address + HEADER, memory.address + DATA))
  for (const [name, capability] of Object.entries(UNDOING_CAPABILITIES)) {
    if (kept.includes(name)) continue
    for (const set of [0, 4, 8]) {
      const at = DATA + (capability >> 5) * 12 + set
      memory.setU32(at, memory.u32(at) & ~(1 << (capability & 31)))
    }
    // Needs CAP_SETPCAP; who does not have it cannot gain any either.
    syscall("prctl", PR.CAPBSET_DROP, capability)
  }
  must("capset", syscall("capset", memory.address + HEADER, memory.address + DATA))
}

function installFilter(options: FilterOptions): number {
  const machine = thisMachine()
  if (!machine) throw new ConfineError(`no system call numbers are known for ${process.arch}`)
  const program = buildFilter(machine, options)
  const code = new Memory(program.length)
  code.bytes.set(program)
  memory.setU64(0, program.length / 8)
  memory.setU64(8, code.address)
  const install = (flags: number) => syscall("seccomp", SECCOMP.SET_FILTER, flags, memory.address)
  const listener = install(SECCOMP.NEW_LISTENER | SECCOMP.WAIT_KILLABLE)
  // Kernels before 5.19 do not know the second flag.
  return must("seccomp", listener === -E.INVAL ? install(SECCOMP.NEW_LISTENER) : listener)
}

function must(call: string, result: number): number {
  if (result < 0) throw new ConfineError(`${call} failed with error number ${-result}`)
  return result
}
