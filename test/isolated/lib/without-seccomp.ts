// Starts a command under a filter that lets nobody install another one, as some sandboxes do.
import { E, Memory, PR, SECCOMP, syscall, thisMachine } from "../../../offline/kernel/syscalls.ts"

const memory = new Memory(4096)
const { nr } = thisMachine()!
const program = [
  [0x20, 0, 0, 0],
  [0x15, 0, 1, nr.seccomp],
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
const child = Bun.spawn(process.argv.slice(2), { stdio: ["inherit", "inherit", "inherit"] })
process.exit(await child.exited)
