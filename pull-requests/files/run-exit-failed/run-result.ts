/** Has the process end with 1 when a request failed, or the model's answer did. */
export function checkResult(result: { error?: unknown; data?: { info?: { error?: unknown } } }) {
  if (result.error || result.data?.info?.error) process.exitCode = 1
}
