import { once } from "node:events"
import { type AddressInfo, connect, isIP, type Socket } from "node:net"
import { createServer, type TLSSocket } from "node:tls"
import { notFound } from "./answerer.ts"
import { type Authority, issueCertificate } from "./authority.ts"
import { readHttpRequest } from "./payload.ts"

/** Takes over a connection of which `hello` was read, and tells what is asked for in it. */
type EndTls = (socket: Socket, hello: Buffer, name: string, onRequest: (what: string) => void) => void

/**
 * Ends TLS connections: one server on loopback for each name, with a certificate for it, answers every request with 404.
 * A client that does not accept the certificate closes the connection, and nothing is told.
 */
export function createTlsEnds(authority: Authority): EndTls {
  const servers = new Map<string, Promise<number>>()
  const listeners = new Map<number, (what: string) => void>()
  return async (socket, hello, name, onRequest) => {
    // What comes while the server is being made must not be lost.
    socket.pause()
    const port = servers.get(name) ?? startServer(authority, name, listeners)
    servers.set(name, port)
    const inner = connect({ host: "127.0.0.1", port: await port })
    inner.on("error", () => socket.destroy())
    socket.on("close", () => inner.destroy())
    await once(inner, "connect").catch(() => undefined)
    listeners.set(inner.localPort!, (what) => onRequest(what))
    inner.write(hello)
    inner.pipe(socket)
    socket.pipe(inner)
  }
}

async function startServer(
  authority: Authority,
  name: string,
  listeners: Map<number, (what: string) => void>,
): Promise<number> {
  const cert = await issueCertificate(authority, name)
  // HTTP/1.1 only, which is all that is read here; a client that can do more takes it.
  const server = createServer({ key: authority.key, cert, ALPNProtocols: ["http/1.1"] }, (socket) =>
    answer(socket, (what) => {
      // Who asks a server for another host than it was found by may be hiding one of them.
      const hides = !isIP(name) && !what.split(" ")[2]!.startsWith(name)
      listeners.get(socket.remotePort!)?.(hides ? `${what} (tls ${name})` : what)
    }),
  )
  server.on("tlsClientError", () => {})
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return (server.address() as AddressInfo).port
}

function answer(socket: TLSSocket, onRequest: (what: string) => void): void {
  socket.on("error", () => socket.destroy())
  socket.once("data", (data: Buffer) => {
    const request = readHttpRequest(data)
    if (request) onRequest(`https${request.slice("http".length)}`)
    socket.end(request ? notFound : "")
  })
}
