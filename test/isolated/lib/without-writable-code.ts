// Starts a command that may not make memory executable, as systemd's MemoryDenyWriteExecute= has it.
import { syscall } from "../../../offline/kernel/syscalls.ts"

/** From linux/prctl.h: PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN; the kernel has it from 6.3 on. */
const [SET, REFUSE] = [65, 1]

if (syscall("prctl", SET, REFUSE, 0, 0, 0) !== 0) throw new Error("this kernel has no such setting")
const child = Bun.spawn(process.argv.slice(2), { stdio: ["inherit", "inherit", "inherit"] })
process.exit(await child.exited)
