import ora from "ora"

/** Bytes as people read them: `142.0 MB`, `3.1 kB`. Decimal units, as package registries use. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** Milliseconds as people read them: `412 ms`, `12.3 s`. */
export function formatDuration(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

export interface Step {
  /** What the step is doing now: behind the spinner, or, when not a terminal, a line every few seconds at most. */
  update(text: string): void
  /** What the finished step's line adds: a count, a size. */
  result(text: string): void
}

/** How long a step that is not on a terminal says nothing. */
const QUIET_MS = 3000

/**
 * The only progress output of the build: `✔ [3/7] title: result (412 ms)`. On standard error, so that `--json`
 * owns standard output. Plain lines, no spinner, when standard error is not a terminal.
 */
export class Progress {
  #done = 0
  readonly #total: number
  readonly #silent: boolean

  constructor(total: number, options: { silent?: boolean } = {}) {
    this.#total = total
    this.#silent = options.silent ?? false
  }

  async step<T>(title: string, body: (step: Step) => Promise<T> | T): Promise<T> {
    const label = `[${++this.#done}/${this.#total}] ${title}`
    const terminal = process.stderr.isTTY === true
    const spinner = ora({ text: label, isSilent: this.#silent || !terminal })
    const started = performance.now()
    let result = ""
    let printed = started
    spinner.start()
    try {
      const value = await body({
        update: (text) => {
          spinner.text = `${label}: ${text}`
          if (terminal || this.#silent || performance.now() - printed < QUIET_MS) return
          printed = performance.now()
          console.error(`  ${spinner.text}`)
        },
        result: (text) => {
          result = `: ${text}`
        },
      })
      const line = `${label}${result} (${formatDuration(performance.now() - started)})`
      if (terminal) spinner.succeed(line)
      else if (!this.#silent) console.error(`✔ ${line}`)
      return value
    } catch (error) {
      if (terminal) spinner.fail(label)
      else if (!this.#silent) console.error(`✖ ${label}`)
      throw error
    }
  }
}
