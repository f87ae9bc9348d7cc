import { execa, type Options, type ResultPromise } from "execa"

/**
 * The only place that starts a process. The child gets exactly the environment that is given here, never this
 * process's own by accident; its exit code is for the caller to judge.
 */
export function run<T extends Options>(file: string, args: string[], options: T) {
  return execa(file, args, { reject: false, extendEnv: false, stripFinalNewline: false, ...options })
}

export type { ResultPromise }

export interface Cost {
  exitCode: number
  milliseconds: number
  /** Peak resident memory of the process itself, without its children. */
  peakBytes: number
}

/** Runs a process to its end, silent, and says what it cost; for benchmarks. */
export async function measure(command: string[], options: { cwd: string }): Promise<Cost> {
  const started = performance.now()
  const child = Bun.spawn(command, {
    ...options,
    env: process.env,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  })
  const exitCode = await child.exited
  const milliseconds = performance.now() - started
  return { exitCode, milliseconds, peakBytes: child.resourceUsage()!.maxRSS }
}
