import { dlopen, FFIType } from "bun:ffi"

// From sys/prctl.h. It is inherited by what is started.
const PR_SET_MDWE = 65
const PR_MDWE_REFUSE_EXEC_GAIN = 1

/**
 * Runs a command whose memory cannot be written and executed, as a unit with MemoryDenyWriteExecute does: the words of this
 * script. Exit code 77 when the kernel has no such thing (below 6.3).
 */
function runDenied([executable, ...args]: string[]): number {
  const { symbols } = dlopen("libc.so.6", {
    prctl: {
      args: [FFIType.i32, FFIType.u64, FFIType.u64, FFIType.u64, FFIType.u64],
      returns: FFIType.i32,
    },
  })
  if (symbols.prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) !== 0) return 77
  return Bun.spawnSync([executable!, ...args], { stdio: ["ignore", "inherit", "inherit"] }).exitCode
}

if (import.meta.main) process.exit(runDenied(process.argv.slice(2)))
