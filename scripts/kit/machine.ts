import { Failure } from "../lib/errors.ts"
import { findTarget } from "../upstream/target.ts"

/** What a machine must have to run a kit's executable. The installer reads it, a word and its value a line. */
export interface Machine {
  /** As `uname -s` and `uname -m` print it, or as Windows calls itself and its processor. */
  system: string
  processor: string
  /** The oldest kernel that Bun runs on, as `uname -r` counts; Windows has no such number. */
  kernel?: string
  /** The file that loads the executable, which no Linux with another C library has. */
  loader?: string
  /** A flag of the processor, in Linux's /proc/cpuinfo, without which the executable stops. */
  flag?: string
  /** What the installation takes. */
  kilobytes: number
}

/** macOS 13 is Darwin 22. */
const KERNELS = { linux: "5.1", darwin: "22.0", windows: undefined }
const SYSTEMS = { linux: "Linux", darwin: "Darwin", windows: "Windows" }
const PROCESSORS = {
  linux: { x64: "x86_64", arm64: "aarch64" },
  darwin: { x64: "x86_64", arm64: "arm64" },
  windows: { x64: "AMD64", arm64: "ARM64" },
}

/**
 * @param name for which platform the executable is, as upstream names it
 * @param executable its bytes, out of which the loader is read
 * @param bytes what all that is installed takes
 * @throws Failure when the target is unknown, or an executable for Linux names no loader: the installer could compare nothing
 */
export function machineFor(name: string, executable: Uint8Array, bytes: number): Machine {
  const { os, arch, baseline } = findTarget(name)
  return {
    system: SYSTEMS[os],
    processor: PROCESSORS[os][arch],
    ...(KERNELS[os] && { kernel: KERNELS[os] }),
    ...(os === "linux" && { loader: loaderOf(executable) }),
    ...(os === "linux" && arch === "x64" && !baseline && { flag: "avx2" }),
    kilobytes: Math.ceil(bytes / 1024),
  }
}

/** The text of the executable's PT_INTERP, which stands near the start. */
function loaderOf(executable: Uint8Array): string {
  const start = Buffer.from(executable.buffer, executable.byteOffset, Math.min(executable.length, 65_536))
  const found = /\/lib[\w./-]*\/ld-[\w.-]+\.so\.\d/.exec(start.toString("latin1"))
  if (found) return found[0]
  throw new Failure({
    what: "The kit's executable names no loader",
    why: "there is no /lib…/ld-….so near its start, so the installer could not tell which C library it needs",
    next: "npm run build, and npm run kit from what it made",
  })
}

/** The file of the archive. */
export function printMachine(machine: Machine): string {
  return Object.entries(machine)
    .map(([name, value]) => `${name} ${value}\n`)
    .join("")
}
