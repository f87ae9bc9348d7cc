/** What a person needs when something known goes wrong. All three are plain sentences. */
export interface FailureReport {
  /** What failed, with the name of the thing it failed on. */
  what: string
  /** Why, as far as it is known. */
  why: string
  /** The exact command to run, or the exact setting to change, next. */
  next: string
}

/** A known failure: it prints as one message without a stack, and the process exits with 2. */
export class Failure extends Error {
  override name = "Failure"
  readonly report: FailureReport

  constructor(report: FailureReport, options?: ErrorOptions) {
    super(`${report.what}\n  why:  ${report.why}\n  next: ${report.next}`, options)
    this.report = report
  }
}

/** How every command of this project ends. */
const exitCodes = { fine: 0, findings: 1, couldNotRun: 2 } as const

/**
 * For commander's `exitOverride`: ends the process when the parser has printed help, or an error for words that it does not
 * know, which is a command that could not run.
 */
export function leaveParser({ exitCode }: { exitCode: number }): never {
  process.exit(exitCode === 0 ? exitCodes.fine : exitCodes.couldNotRun)
}

/** Turns the file system's error into a Failure where a person can mend it, and gives any other error back as it is. */
export function explainDisk(error: unknown): unknown {
  const { code, message, path } = (error ?? {}) as NodeJS.ErrnoException
  const where = path ?? "what this command writes"
  if (code === "ENOSPC" || code === "EDQUOT")
    return new Failure(
      {
        what: `There is no room for ${where}`,
        why: message,
        next: "make room (df -h says where), or name a folder on another disk (--out, --cache, and TMPDIR for the rest); then start it again",
      },
      { cause: error },
    )
  if (code === "EROFS" || code === "EACCES")
    return new Failure(
      {
        what: `This user may not use ${where}`,
        why: message,
        next: `see who owns it (ls -ld${path ? ` ${path}` : ""}), or name another folder: --out, --cache, and TMPDIR for the rest`,
      },
      { cause: error },
    )
  return error
}

/**
 * Runs a command's body and turns its end into the exit codes of this project:
 * 0 fine, 1 findings (the body returned false), 2 could not run (it threw).
 */
export async function runCommand(body: () => Promise<boolean | undefined>): Promise<never> {
  try {
    process.exit((await body()) === false ? exitCodes.findings : exitCodes.fine)
  } catch (error) {
    const known = explainDisk(error)
    console.error(known instanceof Failure ? `\nerror: ${known.message}` : known)
    process.exit(exitCodes.couldNotRun)
  }
}
