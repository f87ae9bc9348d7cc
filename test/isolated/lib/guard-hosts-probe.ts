// Runs in place of OpenCode, inside its executable: dials a server of its own on loopback under each of the hosts in
// PROBE_HOSTS, or another machine under the URLs in it, through each API, and prints what came of it.
import { lookup } from "node:dns/promises"
import http from "node:http"
import net from "node:net"
import { tamperings } from "./guard-tamperings.ts"
import { patience } from "./patience.ts"

/** The runtime's own, whatever becomes of it. */
const { Request } = globalThis

const PATIENCE = patience(2000)

/** One line of JSON on standard output. */
export interface HostOutcome {
  api: string
  host: string
  /** `open`, or the error's code or message. */
  outcome: string
}

const server = Bun.serve({
  port: 0,
  hostname: "::",
  fetch: (request, own) => (own.upgrade(request) ? undefined : new Response(request.headers.get("host"))),
  websocket: { message() {} },
})

interface Plan {
  api: string
  host: string
  run: () => Promise<unknown>
}

// All is laid out first: whatever is tampered with afterwards is the guard's business alone.
const plans = (JSON.parse(process.env.PROBE_HOSTS ?? "[]") as string[]).flatMap(
  process.env.PROBE_PORT ? plansForPort : plansFor,
)
if (process.env.PROBE_TAMPER) await tamperings[process.env.PROBE_TAMPER]!()
for (const plan of plans) console.log(JSON.stringify(await outcomeOf(plan)))
process.exit()

function plansFor(host: string): Plan[] {
  const elsewhere = host.includes("//")
  const url = elsewhere ? host : `http://${host}:${server.port}/`
  const bare = host.replace(/^\[|\]$/g, "")
  const { port } = server
  const expected = { host: new URL(url).host, href: new URL(url).href }
  const socketUrl = url.replace("http", "ws")
  const fetchPlan = async () => {
    const response = await fetch(url)
    if (!elsewhere && expected.host !== (await response.text())) throw new Error("another host header")
    if (response.url !== expected.href) throw new Error("another address in the response")
  }
  const overHttp: Plan[] = [
    { api: "fetch", host, run: fetchPlan },
    { api: "Request", host, run: () => fetch(new Request(url, { method: "POST", body: "x" })) },
    { api: "http.get", host, run: () => emitted(http.get(url), "response") },
  ]
  if (elsewhere) return overHttp
  return [
    ...overHttp,
    { api: "WebSocket", host, run: () => opened(new WebSocket(socketUrl)) },
    { api: "net", host, run: () => emitted(net.connect({ host: bare, port: port! }), "connect") },
    {
      api: "Bun.connect",
      host,
      run: () => Bun.connect({ hostname: bare, port: port!, socket: { data() {}, error() {} } }),
    },
    { api: "dns.lookup", host, run: () => lookup(bare) },
  ]
}

/** Over APIs of Bun's, with a port that is 80 as text, and as a number PROBE_PORT. */
function plansForPort(host: string): Plan[] {
  const port = { toString: () => "80", valueOf: () => Number(process.env.PROBE_PORT) } as unknown as number
  const socket = { data() {}, error() {} }
  const connected = async () => {
    const sender = await Bun.udpSocket({ connect: { hostname: host, port }, socket })
    sender.send("x")
  }
  const send = async () => (await Bun.udpSocket({ socket })).send("x", port, host)
  const sendMany = async () => (await Bun.udpSocket({ socket })).sendMany(["x", port, host])
  return [
    { api: "Bun.connect", host, run: () => Bun.connect({ hostname: host, port, socket }) },
    { api: "UDP, connected", host, run: connected },
    { api: "UDP", host, run: send },
    { api: "UDP, many", host, run: sendMany },
  ]
}

async function outcomeOf({ api, host, run }: Plan): Promise<HostOutcome> {
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error("nothing in time")))
  try {
    await Promise.race([run(), late])
    return { api, host, outcome: "open" }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { api, host, outcome: code ?? message }
  }
}

function emitted(emitter: NodeJS.EventEmitter, event: string): Promise<unknown> {
  return new Promise((resolve, reject) => emitter.on("error", reject).once(event, resolve))
}

function opened(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = () => reject(new Error("websocket"))
  })
}
