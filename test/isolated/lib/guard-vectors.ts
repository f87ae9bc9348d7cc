// Every way to open a connection that the guard has to close. This code runs inside an OpenCode executable, in place of
// OpenCode, so it is bundled: it must import nothing of this repository.
import dgram from "node:dgram"
import dns, { lookup as boundLookup, resolve4 as boundResolve4, promises } from "node:dns"
import http, { request as boundRequest } from "node:http"
import http2 from "node:http2"
import https from "node:https"
import net from "node:net"
import tls from "node:tls"
import { agents } from "./guard-vectors-agents.ts"
import { children, cron, execve } from "./guard-vectors-children.ts"
import { clients, closedTwice, goingOn } from "./guard-vectors-clients.ts"
import { proxies } from "./guard-vectors-proxies.ts"

/** Where a vector leads: a name and an address that no other vector uses. */
export interface Target {
  name: string
  address: string
  /** A server on loopback that redirects to the address in the query, with the status that is its path. */
  redirector: string
}

/** A file of offline/guard: the interception that alone stands in a vector's way. */
export type Family =
  | "fetch"
  | "http"
  | "net"
  | "dns"
  | "websocket"
  | "bun-sockets"
  | "bind"
  | "udp"
  | "children"
  | keyof typeof clients

export interface Vector {
  family: Family
  /** Resolves when it got through; rejects when it was refused. */
  run(target: Target): Promise<unknown>
  /** The guard takes away what leads elsewhere, and lets the rest go on to loopback. */
  goesOnToLoopback?: true
  /** Another interception stands behind: it stays closed when its own is left out. */
  closedTwice?: true
  /** Whether the runtime has what it needs; when not given, every runtime has. */
  isThere?(): boolean
  /** Run in a process of its own, with these variables: it changes what the runtime holds. */
  inChild?: (target: Target) => Record<string, string>
  /** There it starts a worker, which is where it gets out. */
  inWorker?: true
}

const fetching = (run: Vector["run"]): Vector => ({ family: "fetch", run })
const requesting = (run: (target: Target) => http.ClientRequest): Vector => ({
  family: "http",
  run: (target) => settled(run(target), "response"),
})
const connecting = (run: (target: Target) => net.Socket): Vector => ({
  family: "net",
  run: (target) => settled(run(target), "connect"),
})
const listening = (run: (target: Target) => net.Server): Vector => ({
  family: "bind",
  run: (target) => settled(run(target), "listening"),
})
const asking = (run: Vector["run"]): Vector => ({ family: "dns", run })
const opening = (run: (target: Target) => WebSocket): Vector => ({
  family: "websocket",
  run: (target) => opened(run(target)),
})
const sending = (run: Vector["run"]): Vector => ({ family: "udp", run })

export const vectors: Record<string, Vector> = {
  "fetch-string": fetching(({ name }) => fetch(`http://${name}/`)),
  "fetch-https": fetching(({ address }) => fetch(`https://${address}/`)),
  "fetch-url-object": fetching(({ address }) => fetch(new URL(`http://${address}:8080/`))),
  "fetch-request": fetching(({ name }) =>
    fetch(new Request(`http://${name}/`, { method: "POST", body: "x" })),
  ),
  "fetch-redirected-302": fetching(({ redirector, name }) => fetch(`${redirector}302?http://${name}/`)),
  "fetch-redirected-307": fetching(({ redirector, address }) =>
    fetch(`${redirector}307?http://${address}/`, { method: "POST", body: "x" }),
  ),
  "fetch-request-redirected": fetching(({ redirector, name }) =>
    fetch(new Request(`${redirector}308?http://${name}/`, { method: "PUT", body: "x" })),
  ),
  "fetch-through-proxy": fetching(({ name }) =>
    fetch("http://127.0.0.1:9/", { proxy: `http://${name}:8080` }),
  ),
  "fetch-preconnect": fetching(async ({ address }) => {
    fetch.preconnect(`http://${address}:8080/`)
    await later()
  }),

  "http-get": requesting(({ address }) => http.get(`http://${address}/`)),
  "http-request": requesting(({ name }) => http.request({ host: name, path: "/" }).end()),
  "http-request-url-object": requesting(({ address }) => http.request(new URL(`http://${address}/`)).end()),
  "https-get": requesting(({ name }) => https.get(`https://${name}/`)),
  "https-request": requesting(({ address }) => https.request({ hostname: address }).end()),
  "http-bound-request": requesting(({ address }) => boundRequest(`http://${address}/`).end()),
  "http-client-request": requesting(({ name }) => written(new http.ClientRequest(`http://${name}/`))),
  "http-host-with-userinfo": requesting(({ address }) =>
    http.request({ host: `127.0.0.1@${address}` }).end(),
  ),
  "http-path-with-host": requesting(({ address }) =>
    http.request({ host: "127.0.0.1", path: `@${address}/` }).end(),
  ),
  "http-agent-with-proxy": requesting(({ name }) =>
    http.get("http://127.0.0.1:9/", {
      agent: Object.assign(new http.Agent(), { proxy: `http://${name}:8080` }),
    }),
  ),
  "http-socket-path-true": requesting(({ name }) =>
    http.request({ host: name, socketPath: true as never }).end(),
  ),
  "http-socket-path-object": requesting(({ address }) =>
    http.request({ host: address, socketPath: {} as never }).end(),
  ),
  "http-lookup": {
    ...requesting(({ address }) =>
      http.get({
        host: "localhost",
        port: 80,
        lookup: misleading(address),
      }),
    ),
    goesOnToLoopback: true,
  },

  "net-connect": connecting(({ address }) => net.connect(80, address)),
  "net-create-connection": connecting(({ address }) => net.createConnection({ host: address, port: 8080 })),
  "net-socket": connecting(({ address }) => new net.Socket().connect({ host: address, port: 81 })),
  "net-connect-name": { ...connecting(({ name }) => net.connect(80, name)), closedTwice: true },
  "net-lookup": {
    ...connecting(({ address }) => net.connect({ host: "localhost", port: 80, lookup: misleading(address) })),
    goesOnToLoopback: true,
  },
  "tls-connect": connecting(({ address }) => tls.connect(443, address)),
  "http2-plain": {
    family: "net",
    run: ({ address }) => settled(http2.connect(`http://${address}`), "connect"),
  },
  "http2-secure": {
    family: "net",
    run: ({ address }) => settled(http2.connect(`https://${address}`), "connect"),
  },

  "dns-lookup": asking(({ name }) => called((answer) => dns.lookup(name, answer))),
  "dns-bound-lookup": asking(({ name }) => called((answer) => boundLookup(name, answer))),
  "dns-bound-resolve4": asking(({ name }) => called((answer) => boundResolve4(name, answer))),
  "dns-resolve-txt": asking(({ name }) => called((answer) => dns.resolveTxt(name, answer))),
  "dns-promises-lookup": asking(({ name }) => promises.lookup(name)),
  "dns-promises-resolve6": asking(({ name }) => promises.resolve6(name)),
  "dns-promises-mx": asking(({ name }) => promises.resolveMx(name)),
  "dns-resolver": asking(({ name }) => called((answer) => new dns.Resolver().resolve4(name, answer))),
  "dns-promises-resolver": asking(({ name }) => new promises.Resolver().resolveAny(name)),
  "bun-dns-lookup": asking(({ name }) => Bun.dns.lookup(name)),
  "bun-dns-prefetch": asking(async ({ name }) => {
    Bun.dns.prefetch(name, 443)
    await later()
  }),
  "dgram-send-name": asking(({ name }) => datagram((socket, done) => socket.send("x", 53, name, done))),

  "websocket-name": opening(({ name }) => new WebSocket(`ws://${name}/`)),
  "websocket-secure": opening(({ address }) => new WebSocket(`wss://${address}/`)),
  "websocket-options": opening(({ name }) => new WebSocket(`ws://${name}/`, { headers: { a: "b" } })),
  "websocket-function-of-options": opening(
    ({ name }) =>
      new WebSocket("ws://127.0.0.1:9/", Object.assign(() => {}, { proxy: `http://${name}:8080` }) as never),
  ),
  "websocket-by-prototype": opening(({ address }) => {
    const Found = WebSocket.prototype.constructor as typeof WebSocket
    return new Found(`ws://${address}/`)
  }),

  "bun-connect-name": { family: "bun-sockets", run: ({ name }) => bunConnect({ hostname: name, port: 80 }) },
  "bun-connect-tls": {
    family: "bun-sockets",
    run: ({ address }) => bunConnect({ hostname: address, port: 443, tls: true }),
  },

  "bun-connect-array": {
    family: "bun-sockets",
    run: ({ address }) => bunConnect(Object.assign([], { hostname: address, port: 80 })),
  },
  "bun-connect-function": {
    family: "bun-sockets",
    run: ({ address }) => bunConnect(Object.assign(() => {}, { hostname: address, port: 80 })),
  },

  "bind-net": listening(({ name }) => net.createServer().listen(0, name)),
  "bind-http": listening(({ name }) => http.createServer().listen(0, name)),
  "bind-https": listening(({ name }) => https.createServer({}).listen(0, name)),
  "bind-http2": listening(({ name }) => http2.createServer().listen(0, name)),
  "bind-tls": listening(({ name }) => tls.createServer({}).listen(0, name)),
  "bind-bun-listen": {
    family: "bind",
    run: async ({ name }) => Bun.listen({ hostname: name, port: 0, socket: { data() {} } }).stop(),
  },
  "bind-bun-serve": {
    family: "bind",
    run: async ({ name }) => Bun.serve({ hostname: name, port: 0, fetch: () => new Response() }).stop(),
  },
  "bind-bun-udp": sending(async ({ name }) => (await Bun.udpSocket({ hostname: name, socket: {} })).close()),

  "bun-udp-send": sending(({ address }) => bunDatagram((socket) => socket.send("x", 53, address))),
  "bun-udp-send-many": sending(({ address }) => bunDatagram((socket) => socket.sendMany(["x", 53, address]))),
  "bun-udp-connected": sending(async ({ address }) => {
    const socket = await Bun.udpSocket({ connect: { hostname: address, port: 53 }, socket: { error() {} } })
    socket.send("x")
  }),
  "dgram-send": sending(({ address }) => datagram((socket, done) => socket.send("x", 53, address, done))),
  "dgram-connected": sending(({ address }) =>
    datagram((socket, done) => socket.connect(53, address, () => socket.send(Buffer.from("x"), 0, 1, done))),
  ),

  ...Object.fromEntries(
    Object.entries(agents).map(([id, { make, ...more }]) => [id, { ...requesting(make), ...more }]),
  ),
  ...Object.fromEntries(
    Object.entries(proxies).map(([id, vector]): [string, Vector] => [
      id,
      { family: "fetch", inChild: () => ({}), ...vector },
    ]),
  ),

  "process-execve": {
    family: "children",
    isThere: () => "execve" in process,
    inChild: () => ({}),
    run: async ({ name }) => execve(name),
  },
  "bun-cron": { family: "children", isThere: () => "cron" in Bun, run: ({ address }) => cron(address) },

  ...Object.fromEntries(
    Object.entries({ ...clients, children }).flatMap(([family, runs]) =>
      Object.entries(runs).map(([id, run]): [string, Vector] => [
        id,
        {
          family: family as Family,
          run: async (target) => run(target),
          ...(closedTwice.includes(id) && { closedTwice: true }),
          ...(goingOn.includes(id) && { goesOnToLoopback: true }),
        },
      ]),
    ),
  ),
}

/** For what opens a connection but does not tell when. */
function later(): Promise<void> {
  return new Promise((done) => setTimeout(done, 300))
}

/** A `lookup` that has the same answer for every name. */
function misleading(address: string): net.LookupFunction {
  return (_name, options, answer) =>
    options.all ? answer(null, [{ address, family: 4 }]) : answer(null, address, 4)
}

/** Resolves with the event, rejects with an error or when it is closed. */
function settled(emitter: NodeJS.EventEmitter, event: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    emitter
      .once(event, resolve)
      .once("error", reject)
      .once("close", () => reject(new Error("closed")))
  })
}

function opened(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = reject
  })
}

/** `end` sends the request, but only once there is someone to hear of its failure. */
function written(request: http.ClientRequest): http.ClientRequest {
  queueMicrotask(() => request.end())
  return request
}

function called(run: (answer: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => run((error) => (error ? reject(error) : resolve())))
}

function bunConnect(options: { hostname: string; port: number; tls?: true }): Promise<unknown> {
  const socket = { data() {}, error() {}, connectError() {} }
  return Bun.connect(Object.assign(options, { socket }))
}

async function bunDatagram(send: (socket: Bun.udp.Socket<"buffer">) => void): Promise<void> {
  const socket = await Bun.udpSocket({ socket: { error() {} } })
  try {
    send(socket)
  } finally {
    socket.close()
  }
}

function datagram(send: (socket: dgram.Socket, done: (error: Error | null) => void) => void): Promise<void> {
  const socket = dgram.createSocket("udp4")
  return new Promise<void>((resolve, reject) => {
    socket.on("error", reject)
    send(socket, (error) => (error ? reject(error) : resolve()))
  }).finally(() => socket.close())
}
