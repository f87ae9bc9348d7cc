// Starts a command as a container with Docker's default profile would: without the capabilities that such a container has
// not, and with a filter that denies what its profile denies and kernel mode might want.
import { constants } from "node:os"
import { E, Memory, type Name, PR, SECCOMP, syscall, thisMachine } from "../../../offline/kernel/syscalls.ts"

const DENIED: Name[] = [
  ...(["pidfd_getfd", "kcmp", "process_madvise", "setns", "unshare", "bpf"] as const),
  ...(["io_uring_setup", "io_uring_enter", "io_uring_register"] as const),
]
/** Those that a container with the default set keeps (linux/capability.h). */
const KEPT = [0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31]

const memory = new Memory(4096)

function install(): void {
  const { nr } = thisMachine()!
  const program = [
    [0x20, 0, 0, 0],
    ...DENIED.flatMap((name) => [
      [0x15, 0, 1, nr[name]],
      [6, 0, 0, SECCOMP.ERRNO | E.PERM],
    ]),
    [6, 0, 0, SECCOMP.ALLOW],
  ] as const
  program.forEach(([code, yes, no, k], index) => {
    memory.view.setUint16(512 + index * 8, code!, true)
    memory.view.setUint8(512 + index * 8 + 2, yes!)
    memory.view.setUint8(512 + index * 8 + 3, no!)
    memory.setU32(512 + index * 8 + 4, k!)
  })
  memory.setU64(0, program.length)
  memory.setU64(8, memory.address + 512)
  for (const capability of Array(41).keys())
    if (!KEPT.includes(capability)) syscall("prctl", PR.CAPBSET_DROP, capability)
  syscall("prctl", PR.NO_NEW_PRIVS, 1)
  if (syscall("seccomp", SECCOMP.SET_FILTER, 0, memory.address) !== 0) throw new Error("no filter")
}

install()
const child = Bun.spawn(process.argv.slice(2), { stdio: ["inherit", "inherit", "inherit"] })
const code = await child.exited
process.exit(child.signalCode ? 128 + constants.signals[child.signalCode as NodeJS.Signals] : code)
