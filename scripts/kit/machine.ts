import { Failure } from "../lib/errors.ts"
import { findTarget, type Target } from "../upstream/target.ts"

/** What a machine must have to run a kit's executable. The installer reads it, a word and its value a line. */
export interface Machine {
  /** As `uname -s` and `uname -m` print it. */
  system: string
  processor: string
  /** The oldest kernel that Bun runs on. */
  kernel: string
  /** The file that loads the executable, which no system with another C library has. */
  loader: string
  /** A flag of the processor, in /proc/cpuinfo, without which the executable stops. */
  flag: string | undefined
  /** What the installation takes. */
  kilobytes: number
}

const PROCESSORS = { x64: "x86_64", arm64: "aarch64" }

/**
 * @param target for which platform the executable is, as upstream names it
 * @param executable its bytes, out of which the loader is read
 * @param bytes what all that is installed takes
 * @throws Failure when no kit is for the target, or the executable names no loader: the installer could compare nothing
 */
export function machineFor(target: string, executable: Uint8Array, bytes: number): Machine {
  const { arch, baseline } = requireKitTarget(target)
  return {
    system: "Linux",
    processor: PROCESSORS[arch],
    kernel: "5.1",
    loader: loaderOf(executable),
    flag: arch === "x64" && !baseline ? "avx2" : undefined,
    kilobytes: Math.ceil(bytes / 1024),
  }
}

/**
 * The target of a kit: its installer and its launchers are for `sh`, and look at a Linux.
 * @throws Failure when it is unknown, or for another system
 */
export function requireKitTarget(name: string): Target {
  const target = findTarget(name)
  if (target.os === "linux") return target
  throw new Failure({
    what: `There is no kit for ${name}`,
    why: "its installer and its launchers are for Linux",
    next: `npm run build -- --target ${name}, and hand out the executable alone`,
  })
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
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}\n`)
    .join("")
}
