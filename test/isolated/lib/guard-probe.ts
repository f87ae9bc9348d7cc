// Runs in place of OpenCode, inside its executable: tries every vector in turn and prints what became of each. A variable
// says where: in the main thread, in a worker of either class, or in a child that is Bun.
import http from "node:http"
import { Worker as NodeWorker } from "node:worker_threads"
import { PROBE_WORKER } from "../../../scripts/harness/probe-worker.ts"
import { ABSENT } from "./absent.ts"
import { type Target, type Vector, vectors } from "./guard-vectors.ts"
import { told } from "./guard-vectors-children.ts"
import { patience } from "./patience.ts"
import { writeProbe } from "./write-probe.ts"

/** What became of a vector; one line of JSON each on standard output. */
export interface Outcome {
  id: string
  /** `open`: it got through; {@link ABSENT}: this runtime has no such way. Else the error's code, or its message. */
  outcome: string
}

/** How long a vector may take; a retry, or a wait for an answer, takes longer. */
const IN_PROCESS = patience(1500)
/** How long one is waited for whose answer does not matter: its packet leaves all the same, at the latest while others are tried. */
const IN_A_CONTROL = patience(500)
const IN_A_CHILD = patience(20_000)

/** By environment, because a worker is not given the arguments. */
const { PROBE_PLACE: place, PROBE_ADDRESSES: addresses } = process.env
/** This code as a file, in a child that is Bun. */
const script = process.env.PROBE_SCRIPT
// Children of that child are Bun where a vector says so.
if (script) delete process.env.BUN_BE_BUN
/** Only these are tried, where trying all of them would take hours. */
const sample = process.env.PROBE_SAMPLE?.split(" ")

// A client whose error nobody waits for any more, as without the guard it comes from the network.
if (process.env.PROBE_GOES_ON) process.on("uncaughtException", () => {})

if (process.env.PROBE_CHILD) await tryInChild(process.env.PROBE_CHILD)
else if (process.env.PROBE_ONLY) await fetchOnly(process.env.PROBE_ONLY)
else if (place === "bun-child" && !script) await startBun()
else if (Bun.isMainThread && place?.endsWith("worker")) startWorker()
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

/** In a process that {@link spawnChild} started. */
async function tryInChild(id: string): Promise<never> {
  const target: Target = JSON.parse(process.env.PROBE_TARGET!)
  console.log(await tryOne(vectors[id]!, (vector) => vector.run(target), IN_PROCESS))
  process.exit()
}

/** As a process of its own that is offline when this one is. */
async function spawnChild(id: string, target: Target): Promise<void> {
  const { PROBE_OFFLINE } = process.env
  const env = {
    ...process.env,
    ...vectors[id]!.inChild!(target),
    PROBE_CHILD: id,
    PROBE_TARGET: JSON.stringify(target),
    ...(PROBE_OFFLINE && { OPENCODE_OFFLINE: "1" }),
  }
  const child = Bun.spawn(...own(env, "ignore"))
  told(await new Response(child.stdout).text())
}

/** This executable, running this code once more as it does here: in place of OpenCode, or as Bun. */
function own(env: NodeJS.ProcessEnv, stderr: "ignore" | "inherit", file = script) {
  const command = file ? [process.execPath, file] : [process.execPath]
  const asBun = file && { BUN_BE_BUN: "1", PROBE_SCRIPT: file }
  return [command, { env: { ...env, ...asBun }, stderr }] as const
}

async function startBun(): Promise<never> {
  const [command, options] = own(process.env, "inherit", writeProbe())
  process.exit(await Bun.spawn(command, { ...options, stdout: "inherit" }).exited)
}

function startWorker(): void {
  if (place === "web-worker") {
    const worker = new Worker(PROBE_WORKER)
    worker.addEventListener("close", () => process.exit())
  } else new NodeWorker(PROBE_WORKER).on("exit", () => process.exit())
}

async function tryAll(): Promise<void> {
  const server = http.createServer((request, response) => {
    const [status, location] = (request.url ?? "").slice(1).split("?")
    response.writeHead(Number(status), location ? { location } : {}).end()
  })
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const redirector = `http://127.0.0.1:${(server.address() as { port: number }).port}/`
  const inProcess = process.env.PROBE_CONTROL ? IN_A_CONTROL : IN_PROCESS
  for (const [index, [id, vector]] of Object.entries(vectors).entries()) {
    if (sample && !sample.includes(id)) continue
    const target: Target = {
      name: `${id}.${place}.example`,
      address: `${addresses}.${index + 1}`,
      redirector,
    }
    const outcome = vector.inChild
      ? await tryOne({}, () => spawnChild(id, target), IN_A_CHILD)
      : await tryOne(vector, () => vector.run(target), vector.family === "children" ? IN_A_CHILD : inProcess)
    console.log(JSON.stringify({ id, outcome } satisfies Outcome))
  }
  if (process.env.PROBE_CONTROL) await Bun.sleep(IN_PROCESS)
  process.exit()
}

function tryOne<V extends Pick<Vector, "isThere">>(
  vector: V,
  run: (vector: V) => Promise<unknown>,
  patience: number,
): Promise<string> {
  if (vector.isThere && !vector.isThere()) return Promise.resolve(ABSENT)
  const late = new Promise<string>((resolve) => setTimeout(resolve, patience, "nothing in time"))
  const tried = (async () => {
    try {
      await run(vector)
      return "open"
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      return code ?? message ?? String(error)
    }
  })()
  return Promise.race([tried, late])
}
