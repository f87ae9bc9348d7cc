// Runs in place of OpenCode, inside its executable: prints what each builtin looks like that the guard stands in front of.
import dns from "node:dns"
import http from "node:http"
import net from "node:net"
import { types } from "node:util"

const socket = await Bun.udpSocket({})
const resolver = (new dns.Resolver() as unknown as { _handle: object })._handle

const builtins: Record<string, unknown> = {
  fetch: globalThis.fetch,
  "fetch.preconnect": globalThis.fetch.preconnect,
  WebSocket: globalThis.WebSocket,
  Worker: globalThis.Worker,
  "Bun.connect": Bun.connect,
  "Bun.udpSocket": Bun.udpSocket,
  "udpSocket.send": socket.send,
  "Bun.dns.lookup": Bun.dns.lookup,
  "dns.Resolver.resolve": Object.getPrototypeOf(resolver).resolve,
  "net.Socket.connect": net.Socket.prototype.connect,
  "http.ClientRequest": http.ClientRequest,
  "http.OutgoingMessage.getHeaders": http.OutgoingMessage.prototype.getHeaders,
}

for (const [name, builtin] of Object.entries(builtins))
  console.log(
    JSON.stringify([
      name,
      {
        text: String(builtin),
        isProxy: types.isProxy(builtin),
        keys: Reflect.ownKeys(builtin as object).map(String),
      },
    ]),
  )
socket.close()
process.exit()
