import { createServer, request as forward } from "node:http"
import { connect } from "node:net"
import type { RunningService, ServiceHost } from "../../../scripts/isolation/service.ts"

/** A proxy that asks for a password, at every address of the namespace. */
export interface ProxyOptions {
  port: number
  /** As `user:password`. */
  login: string
}

/** What it was asked for, and by whom, as far as that was said. */
export interface ProxyRequest {
  what: string
  login?: string
}

/** Where all that it is asked for is. It looks no name up, so that the lookups that are seen are not its own. */
const INSIDE = "127.0.0.1"

/** Starts it, inside a namespace (isolation/service.ts), and reports its requests. */
export function startService(options: unknown, { touch }: ServiceHost): RunningService {
  const { port, login } = options as ProxyOptions
  const requests: ProxyRequest[] = []
  const asksFor = (what: string, header = "") => {
    touch()
    const said = header && Buffer.from(header.replace(/^Basic /, ""), "base64").toString()
    requests.push({ what, ...(said && { login: said }) })
    return said === login
  }
  const server = createServer((request, response) => {
    const { method, url, headers } = request
    if (!asksFor(`${method} ${url}`, headers["proxy-authorization"]))
      return void response.writeHead(407, { "proxy-authenticate": "Basic" }).end()
    const { pathname, search, port } = new URL(url!)
    const inner = forward({ host: INSIDE, port, path: pathname + search, method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
    inner.on("error", () => response.writeHead(502).end())
    request.pipe(inner)
  })
  server.on("connect", ({ url, headers }, socket, head) => {
    socket.on("error", () => socket.destroy())
    if (!asksFor(`CONNECT ${url}`, headers["proxy-authorization"]))
      return void socket.end(
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n",
      )
    const inner = connect(Number(url!.split(":")[1]), INSIDE, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
      inner.write(head)
      inner.pipe(socket)
      socket.pipe(inner)
    })
    inner.on("error", () => socket.destroy())
  })
  server.listen(port, "0.0.0.0")
  return { report: () => requests }
}
