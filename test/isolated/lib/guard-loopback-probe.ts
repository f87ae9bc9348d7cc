// Runs in place of OpenCode, inside its executable: does with loopback what programs do, and prints what came of each.
// The guard must make no difference to it.
import dgram from "node:dgram"
import { lookup } from "node:dns/promises"
import http from "node:http"
import http2 from "node:http2"
import net from "node:net"
import { Worker as NodeWorker } from "node:worker_threads"
import { clientDeeds } from "./guard-loopback-clients.ts"
import { tlsDeeds } from "./guard-loopback-tls.ts"
import { patience } from "./patience.ts"

const server = http.createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const url = new URL(request.url ?? "/", "http://localhost")
  const status = Number(url.searchParams.get("status") ?? 200)
  const location = url.pathname === "/circle" ? "/circle?status=302" : url.searchParams.get("to")
  response.writeHead(status, { ...(location && { location }), "x-seen": request.method! })
  const { authorization, cookie, "content-length": length, "content-type": type } = request.headers
  response.end(
    JSON.stringify({
      method: request.method,
      authorization,
      cookie,
      length,
      type,
      body: `${Buffer.concat(chunks)}`,
    }),
  )
})
const other = http.createServer((request, response) =>
  response.end(JSON.stringify(request.headers.authorization ?? "none")),
)
const web = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request, server) => (server.upgrade(request) ? undefined : new Response("no socket")),
  websocket: { message: (socket, message) => void socket.send(`echo ${message}`) },
})
const plain = http2.createServer((request, response) => response.end(`h2 ${request.url}`))
const socketFile = `${process.env.TMPDIR}/probe.sock`
const local = http.createServer((_, response) => response.end("over a socket file"))

const base = `http://127.0.0.1:${await listening(server)}`
const elsewhere = `http://127.0.0.1:${await listening(other)}`
const h2 = await listening(plain)
await new Promise<void>((done) => local.listen(socketFile, done))

const auth = { authorization: "Bearer x", cookie: "a=b", "content-type": "text/x" }
const to = (status: number, target = "/done") => `${base}/?status=${status}&to=${encodeURIComponent(target)}`
const post = { method: "POST", body: "hello", headers: auth }

/** Title and what is done. What it gives, or the code of its error, is printed. */
const deeds: Record<string, () => unknown> = {
  "fetch GET": () => described(fetch(`${base}/a b?c#d`)),
  "fetch POST": () => described(fetch(base, post)),
  "fetch localhost": () => described(fetch(base.replace("127.0.0.1", "localhost"))),
  "fetch with an URL object": () => described(fetch(new URL(base))),
  "fetch with a Request": () => described(fetch(new Request(base, post))),
  "fetch with a Request and options": () => described(fetch(new Request(base, post), { method: "PUT" })),
  "fetch a stream": () => described(fetch(base, { method: "POST", body: new Blob(["stream"]).stream() })),
  "fetch a form": () => {
    const form = new URLSearchParams({ a: "1" })
    return described(fetch(base, { method: "POST", body: form }))
  },
  ...Object.fromEntries(
    [301, 302, 303, 307, 308].flatMap((status) => [
      [`fetch POST redirected ${status}`, () => described(fetch(to(status), post))],
      [`fetch PUT redirected ${status}`, () => described(fetch(to(status), { ...post, method: "PUT" }))],
      [`fetch a Request redirected ${status}`, () => described(fetch(new Request(to(status), post)))],
      [`fetch HEAD redirected ${status}`, () => described(fetch(to(status), { method: "HEAD" }))],
      [
        `fetch redirected to another origin ${status}`,
        () => described(fetch(to(status, elsewhere), { headers: auth })),
      ],
    ]),
  ),
  "fetch a redirect without an address": () => described(fetch(`${base}/?status=302`)),
  "fetch 304": () => described(fetch(`${base}/?status=304`)),
  "fetch redirected in circles": () => described(fetch(`${base}/circle?status=302`)),
  "fetch redirected, by hand": () => described(fetch(to(302), { redirect: "manual" })),
  "fetch redirected, as an error": () => described(fetch(to(302), { redirect: "error" })),
  "fetch a Request redirected, by hand": () => described(fetch(new Request(to(302), { redirect: "manual" }))),
  "fetch aborted": () => described(fetch(base, { signal: AbortSignal.abort() })),
  "fetch aborted in between": () => {
    const controller = new AbortController()
    const answer = described(fetch(base, { signal: controller.signal }))
    controller.abort()
    return answer
  },
  "fetch where nothing listens": () => described(fetch("http://127.0.0.1:9/")),
  "fetch what is no URL": () => described(fetch("no url")),
  "fetch data": () => described(fetch("data:text/plain,hello")),
  "fetch a blob": () => described(fetch(URL.createObjectURL(new Blob(["blob"]))), false),
  "fetch over a socket file": () => described(fetch("http://anything.example/", { unix: socketFile })),
  "fetch through itself as a proxy": () => described(fetch(base, { proxy: base })),
  "the shape of fetch": () => [fetch.name, fetch.length, typeof fetch.preconnect],
  "http.get": () => answered(http.get(base)),
  "http.request": () => answered(http.request(base, { method: "POST", headers: auth }).end("hello")),
  "http.request in pieces": () => {
    const request = http.request({ host: "localhost", port: new URL(base).port, method: "PUT" })
    request.write("in ")
    request.write("pieces")
    return answered(request.end())
  },
  "http.request over a socket file": () =>
    answered(http.request({ socketPath: socketFile, path: "/" }).end()),
  "http.get where nothing listens": () => answered(http.get("http://127.0.0.1:9/")),
  "http.get with an agent of its own": async () => {
    const agent = new http.Agent({ keepAlive: true })
    const request = http.get(base, { agent }) as Request
    return [await answered(request), request.agent === agent]
  },
  "http.get with an agent that has a getter": async () => {
    const agents = [null, undefined, "", {}].map(agentWithProxy)
    return Promise.all(agents.map((agent) => answered(http.get(base, { agent }))))
  },
  "http.get with an agent that goes through itself": () =>
    answered(http.get(base, { agent: agentWithProxy(new URL(base)) })),
  "http.get with an agent that is set later": async () => {
    const [agent, request] = [agentWithProxy(null), http.request(base) as Request]
    request.agent = agent
    return [await answered(request.end()), request.agent === agent]
  },
  "the variables of proxies": () => {
    const enumerable = () => Object.keys(process.env).includes("NO_PROXY")
    const before = ["NO_PROXY" in process.env, enumerable()]
    process.env.NO_PROXY = "a.example"
    const after = [process.env.NO_PROXY, enumerable(), { ...process.env }.NO_PROXY]
    delete process.env.NO_PROXY
    return [before, after, "NO_PROXY" in process.env, process.env.NO_PROXY ?? null]
  },
  net: () => spoken(net.connect(Number(new URL(base).port), "localhost")),
  "net over a socket file": () => spoken(net.connect(socketFile)),
  "net where nothing listens": () => spoken(net.connect(9, "127.0.0.1")),
  "Bun.connect": () => bunConnected({ hostname: "127.0.0.1", port: Number(new URL(base).port) }),
  "Bun.connect over a socket file": () => bunConnected({ unix: socketFile }),
  http2: () => http2Asked(`http://127.0.0.1:${h2}`),
  "dns.lookup": async () => (await lookup("localhost", { family: 4 })).address,
  dgram: () => datagram(),
  WebSocket: () => echoed(new WebSocket(`ws://127.0.0.1:${web.port}/`)),
  "WebSocket with protocols": () => echoed(new WebSocket(`ws://localhost:${web.port}/`, ["a", "b"])),
  "WebSocket with options": () =>
    echoed(new WebSocket(`ws://localhost:${web.port}/`, { headers: { a: "b" } })),
  "WebSocket where nothing listens": () => echoed(new WebSocket("ws://127.0.0.1:9/")),
  "a subclass of WebSocket": () => {
    class Own extends WebSocket {}
    const socket = new Own(`ws://127.0.0.1:${web.port}/`)
    return [socket instanceof Own, socket instanceof WebSocket, WebSocket.OPEN, WebSocket.name]
  },
  Worker: () => {
    const worker = new Worker(blobOf("postMessage([process.env.A, process.env.B])"), { env: { A: "1" } })
    return new Promise((resolve) => worker.addEventListener("message", ({ data }) => resolve(data)))
  },
  "Worker of node:worker_threads": () => {
    const code =
      'const { parentPort, workerData } = require("node:worker_threads"); parentPort.postMessage(workerData)'
    const worker = new NodeWorker(code, { eval: true, workerData: { a: 1 } })
    return new Promise((resolve) => worker.on("message", resolve))
  },
  ...clientDeeds(base, `ws://127.0.0.1:${web.port}/`),
  ...(await tlsDeeds()),
}

for (const [title, run] of Object.entries(deeds)) console.log(JSON.stringify([title, await outcome(run)]))
process.exit()

async function outcome(run: () => unknown): Promise<unknown> {
  const late = new Promise((resolve) => setTimeout(resolve, patience(3000), "nothing in time"))
  try {
    return await Promise.race([run(), late])
  } catch (error) {
    const { name, code } = error as NodeJS.ErrnoException
    return { name, code }
  }
}

async function described(pending: Promise<Response>, withUrl = true): Promise<unknown> {
  const { status, redirected, type, url, headers, ...rest } = await pending.then(async (response) => ({
    status: response.status,
    redirected: response.redirected,
    type: response.type,
    url: response.url,
    headers: response.headers.get("x-seen"),
    text: await response.text(),
  }))
  return { status, redirected, type, seen: headers, ...rest, url: withUrl && url.replace(/:\d+/, ":PORT") }
}

function answered(request: http.ClientRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.on("error", reject).on("response", (response) => {
      let text = ""
      response.on("data", (chunk) => {
        text += chunk
      })
      response.on("end", () => resolve([response.statusCode, text]))
    })
  })
}

function spoken(socket: net.Socket): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.on("error", reject).on("connect", () => socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))
    socket.once("data", (data) => {
      resolve(`${data}`.split("\r\n")[0])
      socket.destroy()
    })
  })
}

function bunConnected(where: { hostname: string; port: number } | { unix: string }): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = {
      open: (open: Bun.Socket) => void open.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
      data: (open: Bun.Socket, data: Buffer) => {
        resolve(`${data}`.split("\r\n")[0])
        open.end()
      },
    }
    Bun.connect({ ...where, socket } as Bun.TCPSocketConnectOptions).catch(reject)
  })
}

function http2Asked(address: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const session = http2.connect(address).on("error", reject)
    const stream = session.request({ ":path": "/x" }).on("error", reject)
    stream.once("data", (data) => {
      resolve(`${data}`)
      session.close()
    })
  })
}

function datagram(): Promise<unknown> {
  const receiver = dgram.createSocket("udp4")
  const sender = dgram.createSocket("udp4")
  return new Promise((resolve, reject) => {
    receiver.on("message", (message) => resolve(`${message}`)).on("error", reject)
    receiver.bind(0, "127.0.0.1", () => sender.send("hello", receiver.address().port, "localhost"))
  }).finally(() => [receiver, sender].map((socket) => socket.close()))
}

function echoed(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.onopen = () => socket.send("hello")
    socket.onerror = () => reject(new Error("websocket"))
    socket.onmessage = ({ data }) => resolve([data, socket.protocol])
  })
}

type Request = http.ClientRequest & { agent: http.Agent }

/** As those of npm have it. */
function agentWithProxy(proxy: unknown): http.Agent {
  return new (class extends http.Agent {
    #proxy = proxy
    get proxy() {
      return this.#proxy
    }
  })()
}

function blobOf(code: string): string {
  return URL.createObjectURL(new Blob([code], { type: "text/javascript" }))
}

function listening(listener: net.Server): Promise<number> {
  return new Promise((resolve) =>
    listener.listen(0, "127.0.0.1", () => resolve((listener.address() as net.AddressInfo).port)),
  )
}
