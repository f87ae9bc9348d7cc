// Runs in place of OpenCode, inside its executable: measures what every worker and every `fetch` takes, for `npm run bench`.
import { PROBE_WORKER } from "../harness/probe-worker.ts"

/** What was measured, as JSON on standard output. */
export interface GuardCosts {
  /** Milliseconds from `new Worker` to its first message, one value a worker. */
  worker: number[]
  /** Microseconds a `fetch` to loopback, one value a batch. */
  fetch: number[]
}

if (Bun.isMainThread) {
  const costs: GuardCosts = { worker: [], fetch: [] }
  for (let count = 0; count < 20; count++) costs.worker.push(await startWorker())
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("here") })
  for (let count = 0; count < 30; count++) costs.fetch.push(await fetchOften(server.url.href))
  console.log(JSON.stringify(costs))
  process.exit()
} else postMessage("here")

async function startWorker(): Promise<number> {
  const started = performance.now()
  const worker = new Worker(PROBE_WORKER)
  await new Promise((done) => worker.addEventListener("message", done, { once: true }))
  const ms = performance.now() - started
  const closed = new Promise((done) => worker.addEventListener("close", done, { once: true }))
  worker.terminate()
  await closed
  return ms
}

async function fetchOften(url: string): Promise<number> {
  const times = 100
  const started = performance.now()
  for (let count = 0; count < times; count++) await (await fetch(url)).text()
  return ((performance.now() - started) * 1000) / times
}
