/** The name of the module that runs a probe in a worker; bundled with the probe, so it imports nothing. */
export function probeWorker(root = process.platform === "win32" ? "B:/~BUN/root" : "/$bunfs/root"): string {
  return `${root}/probe/worker.js`
}

export const PROBE_WORKER = probeWorker()
