// Runs in place of OpenCode, inside its executable: measures what every worker takes, or with the word `fetch` what every
// `fetch` does, for `npm run bench`.
import { PROBE_WORKER } from "../harness/probe-worker.ts"

/**
 * What was measured, as JSON on standard output: milliseconds from `new Worker` to its first message, one value a worker, or
 * microseconds of CPU a `fetch` to loopback, one value a batch.
 */
export type GuardCosts = number[]

if (Bun.isMainThread) {
  console.log(JSON.stringify(await (process.argv.includes("fetch") ? measureFetches() : measureWorkers())))
  process.exit()
} else postMessage("here")

async function measureWorkers(): Promise<GuardCosts> {
  const costs: GuardCosts = []
  for (let count = 0; count < 20; count++) costs.push(await startWorker())
  return costs
}

async function measureFetches(): Promise<GuardCosts> {
  const url = listen()
  const costs: GuardCosts = []
  // The fastest batch counts: the first ones are not compiled yet.
  for (let count = 0; count < 20; count++) costs.push(await fetchOften(url))
  return costs
}

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

/** A socket, and no HTTP server: in front of those the guard has a gate, which costs no `fetch` to elsewhere anything. */
function listen(): string {
  const answer = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere"
  const socket = { data: (client: { write(text: string): unknown }) => void client.write(answer) }
  const { port } = Bun.listen({ port: 0, hostname: "127.0.0.1", socket })
  return `http://127.0.0.1:${port}/`
}

/** CPU time: what else the machine does adds less to it than to the time that passes. */
async function fetchOften(url: string): Promise<number> {
  const times = 1000
  const before = process.cpuUsage()
  for (let count = 0; count < times; count++) await (await fetch(url)).text()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / times
}
