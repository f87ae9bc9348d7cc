/**
 * How long a probe waits for what may never come, in milliseconds: longer on a slow machine, whose scale the test hands on.
 * Bundled with the probes, so it imports nothing.
 */
export function patience(ms: number): number {
  return ms * Number(process.env.PROBE_SCALE ?? 1)
}
