// Runs in place of OpenCode, inside its executable: tries every vector in turn and prints what became of each. A variable
// says where: in the main thread, or in a worker of either class.
import http from "node:http"
import { Worker as NodeWorker } from "node:worker_threads"
import { type Target, vectors } from "./guard-vectors.ts"

/** What became of a vector; one line of JSON each on standard output. */
export interface Outcome {
  id: string
  /** `open`: it got through. Else the error's code, or its message. */
  outcome: string
  ms: number
}

/** By environment, because a worker is not given the arguments. */
const { PROBE_PLACE: place, PROBE_ADDRESSES: addresses } = process.env

/** The module of the executable that a worker starts from: this code, once more. */
const WORKER = "./src/cli/cmd/tui/worker.ts"

if (process.env.PROBE_ONLY) await fetchOnly(process.env.PROBE_ONLY)
else if (Bun.isMainThread && place !== "main") startWorker()
else await tryAll()

/** As a child of a probe. */
async function fetchOnly(url: string): Promise<never> {
  console.log(
    await fetch(url).then(
      () => "open",
      (error) => error.code,
    ),
  )
  process.exit()
}

function startWorker(): void {
  if (place === "web-worker") {
    const worker = new Worker(WORKER)
    worker.addEventListener("close", () => process.exit())
  } else new NodeWorker(WORKER).on("exit", () => process.exit())
}

async function tryAll(): Promise<void> {
  const server = http.createServer((request, response) => {
    const [status, location] = (request.url ?? "").slice(1).split("?")
    response.writeHead(Number(status), { location }).end()
  })
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const redirector = `http://127.0.0.1:${(server.address() as { port: number }).port}/`
  for (const [index, [id, vector]] of Object.entries(vectors).entries()) {
    const target: Target = {
      name: `${id}.${place}.example`,
      address: `${addresses}.${index + 1}`,
      redirector,
    }
    const started = performance.now()
    const outcome = await tryOne(() => vector.run(target), vector.family === "children" ? 20_000 : 1500)
    console.log(
      JSON.stringify({ id, outcome, ms: Math.round(performance.now() - started) } satisfies Outcome),
    )
  }
  process.exit()
}

function tryOne(run: () => Promise<unknown>, patience: number): Promise<string> {
  const late = new Promise<string>((resolve) => setTimeout(resolve, patience, "nothing in time"))
  const tried = (async () => {
    try {
      await run()
      return "open"
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      return code ?? message ?? String(error)
    }
  })()
  return Promise.race([tried, late])
}
