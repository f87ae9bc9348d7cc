import { readFileSync } from "node:fs"
import { join } from "node:path"
import { type Command, type CommandResult, runFiles } from "./request.ts"
import type { Screen } from "./screen.ts"

export interface RunningCommand {
  /** Asks it to end (SIGTERM) and, a grace later, ends it. */
  stop(graceMs: number): Promise<void>
  /** Ends it at once. */
  kill(): void
  finished: Promise<CommandResult>
  /** Writes to its standard input. Throws when that was not kept open. */
  write(text: string): void
}

/** Starts a command with its output going to files in `folder`, or all of it to a screen. */
export function startCommand(command: Command, folder: string, screen?: Screen): RunningCommand {
  const started = performance.now()
  const child = spawn(command, folder, screen)
  const finished = child.exited.then((code) => {
    const ms = Math.round(performance.now() - started)
    const ending = child.signalCode ? { signal: String(child.signalCode) } : { exitCode: code }
    return { ...ending, ms, ...(screen ? noOutput : readOutput(folder)) }
  })
  return {
    finished,
    write(text) {
      if (!child.stdin || typeof child.stdin === "number") throw new Error("standard input was not kept open")
      child.stdin.write(text)
      child.stdin.flush()
    },
    kill: () => child.kill("SIGKILL"),
    async stop(graceMs) {
      child.kill("SIGTERM")
      if (!(await within(finished, graceMs))) child.kill("SIGKILL")
      await finished
    },
  }
}

const noOutput = { stdout: "", stderr: "" }

/** Standard output and standard error of the command whose files are in `folder`, as far as they are written. */
export function readOutput(folder: string): { stdout: string; stderr: string } {
  const read = (name: string) => readFileSync(join(folder, name), "utf8")
  return { stdout: read(runFiles.stdout), stderr: read(runFiles.stderr) }
}

/**
 * Not through scripts/lib/process.ts: only Bun's own call gives a child a pseudo-terminal, or files as its output, with
 * which nothing is lost of what a process wrote before it was ended and nothing waits for what it left running.
 */
function spawn({ executable, args, env, cwd, stdin, interactive }: Command, folder: string, screen?: Screen) {
  const words = [executable, ...args]
  if (screen) return Bun.spawn(words, { env, cwd, terminal: screen.pty })
  return Bun.spawn(words, {
    env,
    cwd,
    stdin: interactive ? "pipe" : stdin === undefined ? "ignore" : Buffer.from(stdin),
    stdout: Bun.file(join(folder, runFiles.stdout)),
    stderr: Bun.file(join(folder, runFiles.stderr)),
  })
}

async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  return Promise.race([promise.then(() => true), Bun.sleep(ms).then(() => false)])
}
