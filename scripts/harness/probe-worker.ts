/** The module of an executable that holds a probe once more, for workers to start from. */
export const PROBE_WORKER = "/$bunfs/root/probe/worker.js"
