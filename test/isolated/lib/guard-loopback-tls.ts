// What programs do with a server of `localhost` that has a certificate for that name alone. Bundled with the probe.
import http2 from "node:http2"
import https from "node:https"
import type { AddressInfo } from "node:net"
import tls from "node:tls"

/** PEM texts: the server's, and of the authority that issued its certificate. */
const { PROBE_KEY: key, PROBE_CERTIFICATE: cert, PROBE_AUTHORITY: ca } = process.env as Record<string, string>

/** Titles and what is done; what it gives is printed. Each trusts that one authority, and says what it was greeted with. */
export async function tlsDeeds(): Promise<Record<string, () => unknown>> {
  const over1 = https.createServer({ key, cert }, (request, response) => response.end(request.headers.host))
  const over2 = http2.createSecureServer({ key, cert }, (request, response) =>
    response.end(request.authority),
  )
  const sockets = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: { key, cert },
    fetch: (request, server) => (server.upgrade(request) ? undefined : new Response("no socket")),
    websocket: { open: (socket) => void socket.send("open"), message() {} },
  })
  const port = await listening(over1, "127.0.0.1")
  const over6 = https.createServer({ key, cert }, (_, response) => response.end("over IPv6"))
  const port6 = await listening(over6, "::1")
  const port2 = await listening(over2, "127.0.0.1")
  const { port: portOfSockets } = sockets
  const carried = (name: string) => import(name)
  const told = async (answer: Promise<Response>) => withoutPort(await (await answer).text())
  return {
    "fetch over TLS": () => told(fetch(`https://localhost:${port}/`, { tls: { ca } })),
    "fetch a Request over TLS": () => told(fetch(new Request(`https://localhost:${port}/`), { tls: { ca } })),
    "fetch over TLS, from IPv6 alone": () => told(fetch(`https://localhost:${port6}/`, { tls: { ca } })),
    "fetch over TLS with another name": () =>
      told(fetch(`https://127.0.0.1:${port}/`, { tls: { ca, serverName: "other.example" } as never })),
    "fetch over TLS whatever the certificate": () =>
      told(fetch(`https://localhost:${port}/`, { tls: { rejectUnauthorized: false } })),
    "fetch over TLS without its authority": () => told(fetch(`https://localhost:${port}/`)),
    "https.get whatever the certificate": () =>
      new Promise((resolve, reject) => {
        https
          .get(`https://localhost:${port}/`, { rejectUnauthorized: false }, (response) =>
            response.on("data", (data) => resolve(withoutPort(`${data}`))),
          )
          .on("error", reject)
      }),
    "https.get": () =>
      new Promise((resolve, reject) => {
        https
          .get(`https://localhost:${port}/`, { ca }, (response) =>
            response.on("data", (data) => resolve(withoutPort(`${data}`))),
          )
          .on("error", reject)
      }),
    "tls.connect": () => secured(tls.connect({ host: "localhost", port, ca })),
    "tls.connect to IPv6 alone": () => secured(tls.connect(port6, "localhost", { ca })),
    "http2 over TLS": () =>
      new Promise((resolve, reject) => {
        const session = http2.connect(`https://localhost:${port2}`, { ca }).on("error", reject)
        session
          .request({ ":path": "/" })
          .on("error", reject)
          .once("data", (data) => resolve(withoutPort(`${data}`)))
      }),
    "Bun.connect over TLS": () =>
      new Promise((resolve, reject) => {
        const socket = {
          handshake: (_: unknown, ok: boolean, error: Error | null) => (error ? reject(error) : resolve(ok)),
          data() {},
          error: (_: unknown, error: Error) => reject(error),
        }
        Bun.connect({ hostname: "localhost", port, tls: { ca }, socket } as never).catch(reject)
      }),
    "WebSocket over TLS": () =>
      greeted(new WebSocket(`wss://localhost:${portOfSockets}/`, { tls: { ca } } as never)),
    "ws over TLS": async () => {
      const { default: Client } = await carried("ws")
      return greeted(new Client(`wss://localhost:${portOfSockets}/`, { ca }))
    },
  }
}

/** Who was spoken to by the name in the certificate. */
function secured(socket: tls.TLSSocket): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.on("secureConnect", () => resolve(socket.authorized)).on("error", reject)
  })
}

function greeted(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.onmessage = ({ data }) => resolve(`${data}`)
    socket.onerror = () => reject(new Error("websocket"))
  })
}

const withoutPort = (text: string) => text.replace(/:\d+/, "")

function listening(server: https.Server | http2.Http2SecureServer, host: string): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, host, () => resolve((server.address() as AddressInfo).port)),
  )
}
