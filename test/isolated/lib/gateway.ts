import { createServer, request as forward, type IncomingMessage, type RequestListener } from "node:http"
import { createServer as createTlsServer } from "node:https"
import type { TLSSocket } from "node:tls"
import { providerUrl } from "../../../scripts/harness/provider.ts"
import type { RunningService, ServiceHost } from "../../../scripts/isolation/service.ts"

/** A gateway in front of the mock model, at every address of the namespace. */
export interface GatewayOptions {
  port: number
  /** PEM texts, for https. */
  tls?: { key: string; certificate: string }
  /** PEM of the authority whose clients alone are served; others are told what nginx tells them. */
  clients?: string
}

/** What it was asked for, and by whom. */
export interface GatewayRequest {
  /** Method, host and path. */
  what: string
  authorization?: string
  /** Whether the client has shown a certificate of that authority. */
  isKnown?: boolean
}

/** Starts it, inside a namespace (isolation/service.ts), and reports its requests. */
export function startService(options: unknown, { touch }: ServiceHost): RunningService {
  const { port, tls, clients } = options as GatewayOptions
  const requests: GatewayRequest[] = []
  const listener: RequestListener = (request, response) => {
    touch()
    const asked = describe(request)
    requests.push(asked)
    if (clients && !asked.isKnown) return void response.writeHead(400).end(NO_CERTIFICATE)
    const { method, headers } = request
    const inner = forward(new URL(request.url!, providerUrl), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
    inner.on("error", () => response.writeHead(502).end())
    request.pipe(inner)
  }
  const server = tls
    ? createTlsServer(
        {
          key: tls.key,
          cert: tls.certificate,
          ...(clients && { ca: clients, requestCert: true, rejectUnauthorized: false }),
        },
        listener,
      )
    : createServer(listener)
  server.listen(port, "0.0.0.0")
  return { report: () => requests }
}

const NO_CERTIFICATE = "400 No required SSL certificate was sent"

function describe({ method, url, headers, socket }: IncomingMessage): GatewayRequest {
  return {
    what: `${method} ${headers.host} ${url}`,
    authorization: headers.authorization,
    isKnown: (socket as Partial<TLSSocket>).authorized,
  }
}
