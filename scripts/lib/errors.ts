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

/**
 * Runs a command's body and turns its end into the exit codes of this project:
 * 0 fine, 1 findings (the body returned false), 2 could not run (it threw).
 */
export async function runCommand(body: () => Promise<boolean | undefined>): Promise<never> {
  try {
    process.exit((await body()) === false ? exitCodes.findings : exitCodes.fine)
  } catch (error) {
    console.error(error instanceof Failure ? `\nerror: ${error.message}` : error)
    process.exit(exitCodes.couldNotRun)
  }
}
