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

/**
 * Runs a command's body and turns its end into the exit codes of this project:
 * 0 fine, 1 findings (the body returned false), 2 could not run (it threw).
 */
export async function runCommand(body: () => Promise<boolean | undefined>): Promise<never> {
  try {
    process.exit((await body()) === false ? 1 : 0)
  } catch (error) {
    console.error(error instanceof Failure ? `\nerror: ${error.message}` : error)
    process.exit(2)
  }
}
