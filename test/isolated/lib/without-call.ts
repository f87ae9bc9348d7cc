// Starts a command under a filter that denies one system call, the first word: `seccomp`, as some sandboxes do, or
// `process_vm_readv`, as Yama's settings 2 and 3 have it.
import { E, Memory, type Name, PR, SECCOMP, syscall, thisMachine } from "../../../offline/kernel/syscalls.ts"

const memory = new Memory(4096)
const { nr } = thisMachine()!
const program = [
  [0x20, 0, 0, 0],
  [0x15, 0, 1, nr[process.argv[2] as Name]],
  [6, 0, 0, SECCOMP.ERRNO | E.PERM],
  [6, 0, 0, SECCOMP.ALLOW],
] as const
program.forEach(([code, yes, no, k], index) => {
  memory.view.setUint16(512 + index * 8, code, true)
  memory.view.setUint8(512 + index * 8 + 2, yes)
  memory.view.setUint8(512 + index * 8 + 3, no)
  memory.setU32(512 + index * 8 + 4, k)
})
memory.setU64(0, program.length)
memory.setU64(8, memory.address + 512)
syscall("prctl", PR.NO_NEW_PRIVS, 1)
if (syscall("seccomp", SECCOMP.SET_FILTER, 0, memory.address) !== 0) throw new Error("no filter")
const child = Bun.spawn(process.argv.slice(3), { stdio: ["inherit", "inherit", "inherit"] })
process.exit(await child.exited)
