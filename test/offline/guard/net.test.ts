import { expect, test } from "bun:test"
import { interceptNet } from "../../../offline/guard/net.ts"
import { deciding } from "../../lib/guard.ts"

const calls: Record<string, unknown>[] = []
class Socket {
  error?: Error
  connect(options: Record<string, unknown>) {
    calls.push(options)
    return this
  }
  destroy(error: Error) {
    this.error = error
  }
}
interceptNet(deciding().decide, { Socket } as never)
const connect = (...args: unknown[]) => {
  const socket = new Socket()
  Reflect.apply(socket.connect, socket, args)
  return socket
}

test.each([
  [[{ host: "OK.example.", port: 80 }], { host: "ok.example", port: 80, lookup: undefined }],
  [[80, "ok.example"], { host: "ok.example", port: 80, lookup: undefined }],
  [[80], { host: "127.0.0.1", port: 80, lookup: undefined, servername: "localhost" }],
  [
    [{ host: "a.localhost", port: 1, lookup() {} }],
    { host: "127.0.0.1", servername: "a.localhost", lookup: undefined, port: 1 },
  ],
  [["/a.sock"], { path: "/a.sock" }],
  [[{ fd: 3, host: "evil.example", port: 1 }], { fd: 3, host: "evil.example", port: 1 }],
])("%p is dialled as it was decided on", (args, wanted) => {
  connect(...args)
  expect(calls.pop()).toEqual(wanted)
})

test.each([
  [[{ host: "evil.example", port: 80 }]],
  [[80, "evil.example"]],
  [[{ host: ["evil.example"], port: 80 }]],
  [[{ host: "evil.example", port: 80, path: "" }]],
  [[{ host: "evil.example", port: 80, path: ["/a"] }]],
  [[{ host: "evil.example", port: 80, fd: "3" }]],
])("%p ends as a refused connection does, and reaches no native code", async (args) => {
  const socket = connect(...args)
  await new Promise(process.nextTick)
  expect(socket.error).toMatchObject({ code: "ERR_OPENCODE_OFFLINE" })
  expect(calls).toEqual([])
})
