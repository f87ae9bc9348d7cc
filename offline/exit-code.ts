import { isActive } from "./switch.ts"

/** Has the command end with exit code 1 when the switch is on, whatever upstream's would end with. */
export function failed(): void {
  if (isActive() && !process.exitCode) process.exitCode = 1
}

/** What upstream's client gives for a prompt, as far as it is read. */
interface Answer {
  error?: unknown
  data?: { info?: { error?: unknown } }
}

/** The answer to a prompt. When it is an error, is cut off, or the model's answer ended in one, the command has {@link failed}. */
export function orFailed<T>(answer: T): T {
  const { error, data } = (answer ?? {}) as Answer
  if (error || !data?.info || data.info.error) failed()
  return answer
}
