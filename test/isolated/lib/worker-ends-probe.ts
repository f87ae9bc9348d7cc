// Runs in place of OpenCode, inside its executable: ends worker after worker as soon as each has started.
import { PROBE_WORKER } from "../../../scripts/harness/probe-worker.ts"

if (Bun.isMainThread) {
  for (let count = 0; count < 40; count++) {
    const worker = new Worker(PROBE_WORKER)
    await new Promise((done) => worker.addEventListener("message", done, { once: true }))
    const closed = new Promise((done) => worker.addEventListener("close", done, { once: true }))
    worker.terminate()
    await closed
  }
  console.log("all ended")
  process.exit()
} else postMessage("here")
