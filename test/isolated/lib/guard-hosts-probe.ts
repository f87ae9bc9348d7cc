// Runs in place of OpenCode, inside its executable: dials a server of its own on loopback under each of the hosts in
// PROBE_HOSTS, or another machine under the URLs in it, through each API, and prints what came of it.
import { lookup } from "node:dns/promises"
import http from "node:http"
import net from "node:net"

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

const hosts = JSON.parse(process.env.PROBE_HOSTS ?? "[]") as string[]
for (const host of hosts) {
  const url = host.includes("//") ? host : `http://${host}:${server.port}/`
  await report("fetch", host, async () => {
    const response = await fetch(url)
    if (!host.includes("//") && new URL(url).host !== (await response.text()))
      throw new Error("another host header")
    if (response.url !== new URL(url).href) throw new Error("another address in the response")
  })
  await report("Request", host, () => fetch(new Request(url, { method: "POST", body: "x" })))
  await report("http.get", host, () => emitted(http.get(url), "response"))
  if (host.includes("//")) continue
  await report("WebSocket", host, () => opened(new WebSocket(url.replace("http", "ws"))))
  const bare = host.replace(/^\[|\]$/g, "")
  await report("net", host, () => emitted(net.connect({ host: bare, port: server.port! }), "connect"))
  await report("Bun.connect", host, () =>
    Bun.connect({ hostname: bare, port: server.port!, socket: { data() {}, error() {} } }),
  )
  await report("dns.lookup", host, () => lookup(bare))
}
process.exit()

async function report(api: string, host: string, run: () => Promise<unknown>): Promise<void> {
  const late = new Promise((_, reject) => setTimeout(reject, 2000, new Error("nothing in 2 s")))
  const outcome = await Promise.race([run(), late]).then(
    () => "open",
    (error) => error.code ?? error.message,
  )
  console.log(JSON.stringify({ api, host, outcome } satisfies HostOutcome))
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
