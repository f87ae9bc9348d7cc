import { expect, test } from "bun:test"
import { interceptUdp } from "../../../offline/guard/udp.ts"
import { deciding, recording, refusal } from "../../lib/guard.ts"

const sent: unknown[][] = []
/** As the runtime's: its methods lie on one prototype, which only a socket shows. */
class Socket {
  get remoteAddress() {
    return undefined
  }
}
for (const name of ["send", "sendMany", "addMembership", "addSourceSpecificMembership"])
  Object.assign(Socket.prototype, { [name]: (...args: unknown[]) => sent.push([name, ...args]) })
const { native, calls } = recording(Promise.resolve(new Socket()))
const bun: Record<string, unknown> = { udpSocket: native }
interceptUdp(deciding().decide, bun)
// biome-ignore lint/suspicious/noExplicitAny: what the runtime gives
const open = bun.udpSocket as (options?: unknown) => Promise<any>

test("where a socket is bound and connected to is decided on once", async () => {
  let reads = 0
  await open({
    hostname: "127.1",
    get connect() {
      return reads++ === 0 ? { hostname: "192.0.2.1", port: "53" } : { hostname: "203.0.113.1", port: 53 }
    },
  })
  expect(calls.at(-1)?.[0]).toEqual({ hostname: "127.0.0.1", connect: { hostname: "192.0.2.1", port: 53 } })
  for (const options of [{ hostname: "evil.example" }, { connect: { hostname: "203.0.113.1", port: 53 } }])
    expect(open(options)).rejects.toMatchObject(refusal)
})

test("each datagram is decided on, and each group that is joined", async () => {
  const socket = await open()
  socket.send("x", 53, "192.0.2.7")
  socket.sendMany(["x", "53", "192.0.2.8"])
  expect(sent).toEqual([
    ["send", "x", 53, "192.0.2.7"],
    ["sendMany", ["x", 53, "192.0.2.8"]],
  ])
  const away = "203.0.113.1"
  for (const send of [
    () => socket.send("x", 53, away),
    () => socket.send("x", 53, { toString: () => away }),
    () => socket.sendMany(["x", 53, "192.0.2.7", "x", 53, away]),
    () => socket.addMembership("239.0.0.1"),
    () => socket.addSourceSpecificMembership("192.0.2.1", "239.0.0.1"),
  ])
    expect(send).toThrow(expect.objectContaining(refusal))
  expect(sent).toHaveLength(2)
})
