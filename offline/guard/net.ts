import type { Socket } from "node:net"
import { localName } from "../policy/host.ts"
import { apply, isArray, plain, toText } from "../primordials.ts"
import { builtin } from "./builtin.ts"
import type { Decide } from "./decide.ts"
import { decidePipe } from "./pipe.ts"

/** The options of a connection, with their order in Bun: a socket, a descriptor or a path come before a host. */
interface ConnectOptions {
  host?: unknown
  port?: unknown
  path?: unknown
  fd?: unknown
  socket?: unknown
  lookup?: unknown
  servername?: unknown
}

const { nextTick } = process

type Net = Pick<typeof import("node:net"), "Socket">
type Connect = (this: Socket, ...args: unknown[]) => Socket

/**
 * Every `node:net`, `node:tls` and `node:http2` connection goes through one method, also those of bound imports. A local
 * socket (a path) and one that is open already are let through. A `lookup` of the caller's own is not used: it could
 * send an allowed name anywhere.
 */
export function interceptNet(decide: Decide, { Socket } = builtin<Net>("node:net")): void {
  const native = Socket.prototype.connect as Connect
  Socket.prototype.connect = function connect(this: Socket, ...args: unknown[]) {
    const { options, listener } = readArguments(args)
    try {
      settle(options, decide)
    } catch (error) {
      return failLater(this, error as Error)
    }
    return apply(native, this, listener ? [options, listener] : [options])
  } as typeof Socket.prototype.connect
}

/** @throws OfflineError when the policy does not allow where it goes to; else native code can go nowhere else */
function settle(options: ConnectOptions, decide: Decide): void {
  decidePipe(options.path, "node:net", decide)
  if (isLocal(options) || options.port === undefined) return
  const host = hostOf(options)
  options.host = decide({ host, port: +toText(options.port), api: "node:net" })
  if (options.host !== host) options.servername ??= localName(host)
  options.lookup = undefined
}

/**
 * Whether what it goes to is on this machine, or open already. A path or a descriptor of another kind may be none to native
 * code, so it is no reason here not to decide on the host.
 */
function isLocal({ path, fd, socket }: ConnectOptions): boolean {
  const isPath = typeof path === "string" && path !== ""
  return isPath || (typeof fd === "number" && fd > 0) || (typeof socket === "object" && socket !== null)
}

/** `(port, host?, listener?)`, `(path, listener?)`, `(options, listener?)`, or a list of options and listener. */
function readArguments(args: unknown[]): { options: ConnectOptions; listener: unknown } {
  const first = args[0]
  if (isArray(first)) return { options: plain<ConnectOptions>(first[0] as object), listener: first[1] }
  const last = args[args.length - 1]
  const listener = typeof last === "function" ? last : undefined
  if (typeof first === "object" && first !== null) return { options: plain<ConnectOptions>(first), listener }
  if (typeof first === "string" && !(+first >= 0))
    return { options: plain<ConnectOptions>({ path: first }), listener }
  const host = typeof args[1] === "string" ? args[1] : undefined
  return { options: plain<ConnectOptions>({ port: first, host }), listener }
}

function hostOf({ host }: ConnectOptions): string {
  return host ? toText(host) : "localhost"
}

/** As a refused connection shows itself: an `error` event and then `close`. */
function failLater(socket: Socket, error: Error): Socket {
  apply(nextTick, process, [() => socket.destroy(error)])
  return socket
}
