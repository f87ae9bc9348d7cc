import { once } from "node:events"
import { createServer, type Socket } from "node:net"
import type { Authority } from "./authority.ts"
import { readHttpRequest, readServerName } from "./payload.ts"
import { createTlsEnds } from "./tls-ends.ts"

export interface AnswererOptions {
  /** Called for each connection, ahead of its answer. */
  before(): void
  /** Ends TLS with its certificates; without it a connection is closed once the client has said what it wants. */
  authority?: Authority
  /** Called with what was asked for inside a TLS connection, as `https GET example.org/path`. */
  onRequest(flow: AcceptedFlow, what: string): void
}

/** The ends of a connection as the client sees them. */
export interface AcceptedFlow {
  source: string
  sourcePort: number
  destination: string
  destinationPort: number
}

/**
 * Accepts connections to every address of the namespace on the ports that software usually dials; the rest is
 * refused by the kernel (and recorded all the same). HTTP gets 404; a TLS hello is answered when there is an authority;
 * anything else is read, so that the recorder has seen what was wanted, and then the connection is closed.
 */
export async function startAnswerer(options: AnswererOptions): Promise<void> {
  const endTls = options.authority && createTlsEnds(options.authority)
  for (const port of answeredPorts) {
    await listen({ host: "0.0.0.0", port }, accept)
    await listen({ host: "::", port, ipv6Only: true }, accept)
  }

  function accept(socket: Socket): void {
    options.before()
    socket.on("error", () => socket.destroy())
    const flow = flowOf(socket)
    socket.once("data", (data: Buffer) => {
      if (readHttpRequest(data)) socket.end(notFound)
      else if (endTls && data[0] === TLS_HANDSHAKE) {
        const name = readServerName(data) ?? flow.destination
        endTls(socket, data, name, (what) => options.onRequest(flow, what))
      } else socket.end()
    })
  }
}

export const notFound = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

// Few, because a program under test cannot listen where this one does.
const answeredPorts = [22, 80, 443]

const TLS_HANDSHAKE = 22

async function listen(
  where: { host: string; port: number; ipv6Only?: boolean },
  accept: (socket: Socket) => void,
): Promise<void> {
  const server = createServer(accept)
  server.listen(where)
  await once(server, "listening")
}

function flowOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): AcceptedFlow {
  return {
    source: remoteAddress!,
    sourcePort: remotePort!,
    destination: localAddress!,
    destinationPort: localPort!,
  }
}
