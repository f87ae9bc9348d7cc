import { chmodSync } from "node:fs"
import type { RunningService } from "../../../scripts/isolation/service.ts"

/** Servers outside of the tree, which would do something for whoever reaches them. */
export interface Outside {
  /** A Unix socket's path. */
  path: string
  /** Ports on loopback. */
  ports: number[]
  /** The name of an abstract Unix socket. */
  abstract: string
}

/** What reached them. */
export interface Reached {
  connections: string[]
  bytes: string
}

export function startService(options: unknown): RunningService {
  const { path, ports, abstract } = options as Outside
  const reached: Reached = { connections: [], bytes: "" }
  const socket = (name: string) => ({
    open: () => void reached.connections.push(name),
    data(it: { write(text: string): void; end(): void }, data: Uint8Array) {
      reached.bytes += `${name}: ${new TextDecoder().decode(data)}\n`
      it.write("HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\noutside")
      it.end()
    },
  })
  Bun.listen({ unix: path, socket: socket("path") })
  chmodSync(path, 0o777)
  Bun.listen({ unix: `\0${abstract}`, socket: socket("abstract") })
  for (const port of ports) Bun.listen({ hostname: "127.0.0.1", port, socket: socket(String(port)) })
  return { report: () => reached }
}
