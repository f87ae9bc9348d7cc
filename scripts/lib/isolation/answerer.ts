import { once } from "node:events"
import { createServer } from "node:net"

/**
 * Accepts connections to every address of the namespace on the ports that software usually dials; the rest is
 * refused by the kernel (and recorded all the same). HTTP gets 404; a TLS hello or anything else is read, so that the
 * recorder has seen what was wanted, and then the connection is closed.
 * @param before called for each connection, ahead of its answer
 */
export async function startAnswerer(before: () => void): Promise<void> {
  for (const port of answeredPorts) {
    await listen({ host: "0.0.0.0", port }, before)
    await listen({ host: "::", port, ipv6Only: true }, before)
  }
}

// Few, because a program under test cannot listen where this one does.
const answeredPorts = [22, 80, 443]

async function listen(
  where: { host: string; port: number; ipv6Only?: boolean },
  before: () => void,
): Promise<void> {
  const server = createServer((socket) => {
    before()
    socket.on("error", () => socket.destroy())
    socket.once("data", (data) => {
      const isHttp = /^[A-Z]+ \S+ HTTP\/1/.test(data.toString("latin1", 0, 4096))
      socket.end(isHttp ? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" : "")
    })
  })
  server.listen(where)
  await once(server, "listening")
}
