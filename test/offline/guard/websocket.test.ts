import { expect, test } from "bun:test"
import { interceptWebSocket } from "../../../offline/guard/websocket.ts"
import { deciding, refusal } from "../../lib/guard.ts"

const made: unknown[][] = []
class Native {
  static OPEN = 1
  constructor(...args: unknown[]) {
    made.push(args)
  }
}
const scope: Record<string, unknown> = { WebSocket: Native }
interceptWebSocket(deciding().decide, scope)
const Guarded = scope.WebSocket as new (url: unknown, options?: unknown) => object
const last = () => made.at(-1) as [string, Record<string, unknown>]

test("an address is dialled as it was decided on; statics and subclasses stay", () => {
  expect(new (class extends Guarded {})("ws://OK.example./a")).toBeInstanceOf(Native)
  expect(last()[0]).toBe("ws://ok.example/a")
  expect((Guarded as unknown as typeof Native).OPEN).toBe(1)
  expect(Native.prototype.constructor).toBe(Guarded as never)
})

test("localhost is dialled by its address, with its name in the header and for TLS", () => {
  new Guarded("wss://app.localhost:9/", ["a"])
  expect(last()[0]).toBe("wss://127.0.0.1:9/")
  expect(last()[1]).toEqual({
    protocols: ["a"],
    headers: { Host: "app.localhost:9" },
    tls: { serverName: "app.localhost" },
  })
})

test("a proxy is decided on, and handed on as it was", () => {
  new Guarded("ws://127.0.0.1/", { proxy: new URL("http://ok.example:1") })
  expect(last()[1].proxy).toBe("http://ok.example:1/")
  new Guarded("ws://127.0.0.1/", { proxy: { url: "http://localhost:2", headers: {} } })
  expect(last()[1].proxy).toEqual({ url: "http://127.0.0.1:2/", headers: {} })
})

test("neither an address nor a proxy that is denied reaches native code", () => {
  const before = made.length
  const proxy = "http://evil.example:1"
  for (const [url, options] of [
    ["ws://evil.example/"],
    [new URL("ws://evil.example/")],
    ["ws://127.0.0.1/", { proxy }],
    ["ws://127.0.0.1/", { proxy: { url: proxy } }],
    ["ws://127.0.0.1/", Object.assign(() => {}, { proxy })],
    ["ws://127.0.0.1/", () => {}],
  ] as const)
    expect(() => new Guarded(url, options)).toThrow(expect.objectContaining(refusal))
  expect(() => new Guarded("no url")).toThrow(SyntaxError)
  expect(made).toHaveLength(before)
})
