/** What a machine must have to run a kit's executable. The installer reads it, a word and its value a line. */
export interface Machine {
  /** As `uname -s` and `uname -m` print it. */
  system: string
  processor: string
  /** The oldest kernel that Bun runs on. */
  kernel: string
  /** The file that loads the executable, which no system with another C library has. */
  loader: string | undefined
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
 */
export function machineFor(target: string, executable: Uint8Array, bytes: number): Machine | undefined {
  const [os, arch, ...more] = target.split("-")
  if (os !== "linux" || (arch !== "x64" && arch !== "arm64")) return undefined
  return {
    system: "Linux",
    processor: PROCESSORS[arch],
    kernel: "5.1",
    loader: loaderOf(executable),
    flag: arch === "x64" && !more.includes("baseline") ? "avx2" : undefined,
    kilobytes: Math.ceil(bytes / 1024),
  }
}

/** The text of the executable's PT_INTERP, which stands near the start. */
function loaderOf(executable: Uint8Array): string | undefined {
  const start = Buffer.from(executable.buffer, executable.byteOffset, Math.min(executable.length, 65_536))
  return /\/lib[\w./-]*\/ld-[\w.-]+\.so\.\d/.exec(start.toString("latin1"))?.[0]
}

/** The file of the archive. */
export function printMachine(machine: Machine): string {
  return Object.entries(machine)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}\n`)
    .join("")
}
